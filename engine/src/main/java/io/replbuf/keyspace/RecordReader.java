package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Reads records by reference. Command loop only; buffers that it returns are valid until the record changes. */
class RecordReader {
    final RecordMemory memory;

    RecordReader(RecordMemory memory) {
        this.memory = memory;
    }

    int keyLength(int ref) {
        return RecordLayout.keyLength(memory.memory(ref), RecordMemory.offset(ref));
    }

    int valueLength(int ref) {
        return RecordLayout.valueLength(memory.memory(ref), RecordMemory.offset(ref));
    }

    long expiry(int ref) {
        return RecordLayout.expiry(memory.memory(ref), RecordMemory.offset(ref));
    }

    int epoch(int ref) {
        return memory.memory(ref).getInt(RecordMemory.offset(ref) + RecordLayout.EPOCH);
    }

    boolean chunked(int ref) {
        return RecordLayout.chunked(memory.memory(ref), RecordMemory.offset(ref));
    }

    boolean keyEquals(int ref, ByteBuf key, int index, int length) {
        ByteBuffer bytes = memory.memory(ref);
        int offset = RecordMemory.offset(ref);
        if (RecordLayout.keyLength(bytes, offset) != length) {
            return false;
        }
        int at = offset + RecordLayout.KEY;
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            if (bytes.getLong(at + i) != key.getLong(index + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (bytes.get(at + i) != key.getByte(index + i)) {
                return false;
            }
        }
        return true;
    }

    /** The key, in a buffer that the next view of the same extent reuses. */
    ByteBuffer keyView(int ref) {
        return memory.view(ref, RecordLayout.KEY, keyLength(ref));
    }

    byte[] keyBytes(int ref) {
        byte[] key = new byte[keyLength(ref)];
        memory.memory(ref).get(RecordMemory.offset(ref) + RecordLayout.KEY, key);
        return key;
    }

    /**
     * {@code length} bytes of an inline value from {@code from} on, in a buffer that the next view of the same extent reuses.
     */
    ByteBuffer valueView(int ref, int from, int length) {
        return memory.view(ref, RecordLayout.KEY + keyLength(ref) + from, length);
    }

    /** {@code length} bytes of a value from {@code from} on, in as many buffers as it has chunks there. */
    ByteBuffer[] valueParts(int ref, int from, int length) {
        if (!chunked(ref)) {
            return new ByteBuffer[] {valueView(ref, from, length).slice()};
        }
        if (length == 0) {
            return new ByteBuffer[0];
        }
        int first = from / RecordLayout.CHUNK_BYTES;
        int last = (from + length - 1) / RecordLayout.CHUNK_BYTES;
        ByteBuffer[] parts = new ByteBuffer[last - first + 1];
        int position = from;
        for (int i = first; i <= last; i++) {
            int within = position % RecordLayout.CHUNK_BYTES;
            int part = Math.min(RecordLayout.CHUNK_BYTES - within, from + length - position);
            parts[i - first] =
                    memory.view(chunk(ref, i), RecordLayout.CHUNK_HEADER + within, part).slice();
            position += part;
        }
        return parts;
    }

    /** Copies the first {@code length} bytes of a value. */
    void readValue(int ref, byte[] out, int length) {
        if (!chunked(ref)) {
            int from = RecordMemory.offset(ref) + RecordLayout.KEY + keyLength(ref);
            memory.memory(ref).get(from, out, 0, length);
            return;
        }
        int done = 0;
        for (ByteBuffer part : valueParts(ref, 0, length)) {
            int partLength = part.remaining();
            part.get(0, out, done, partLength);
            done += partLength;
        }
    }

    /** Reference of chunk {@code i} of a value in chunks. */
    int chunk(int ref, int i) {
        return RecordLayout.chunk(memory.memory(ref), RecordMemory.offset(ref), keyLength(ref), i);
    }
}
