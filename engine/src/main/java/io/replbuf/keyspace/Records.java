package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * Makes, changes and frees records, whose form {@link RecordLayout} draws. Command loop only.
 *
 * <p>Knows nothing of tables and cuts: whether a record may be changed is its caller's decision. What cannot be had throws
 * {@link KeyspaceFullException} and leaves everything as it was.
 */
final class Records extends RecordReader {
    private static final ByteBuf ZEROS =
            Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(new byte[64 << 10]).asReadOnly());

    Records(RecordMemory memory) {
        super(memory);
    }

    /** A new record with the given key and a value of {@code valueLength} bytes that are yet to be written. */
    int create(ByteBuf key, int index, int keyLength, int valueLength, long expiry, int epoch) {
        int head = createHead(key, index, keyLength, valueLength, expiry, epoch);
        if (chunked(head)) {
            int chunks = RecordLayout.chunks(valueLength);
            try {
                for (int i = 0; i < chunks; i++) {
                    setChunk(head, keyLength, i, newChunk(valueLength, i));
                }
            } catch (KeyspaceFullException e) {
                free(head);
                throw e;
            }
        }
        return head;
    }

    private int createHead(
            ByteBuf key, int index, int keyLength, int valueLength, long expiry, int epoch) {
        if (keyLength > RecordLayout.KEY_BYTES_MAX) {
            throw new CommandException(
                    "ERR key length: "
                            + keyLength
                            + " (expected: <= "
                            + RecordLayout.KEY_BYTES_MAX
                            + ")");
        }
        int head = memory.allocate(RecordLayout.headBytes(keyLength, valueLength));
        ByteBuffer bytes = memory.memory(head);
        int offset = RecordMemory.offset(head);
        RecordLayout.putHeader(bytes, offset, expiry, epoch, keyLength, valueLength);
        copyIn(key, index, head, RecordLayout.KEY, keyLength);
        clearChunks(head, keyLength, valueLength);
        return head;
    }

    /**
     * A record like {@code old} with a value of {@code newLength} bytes, of which {@code [from, to)} are its alone and yet to
     * be written; bytes outside of that range are those of the old value, as far as it had any there. It shares chunks with
     * the old record where it can.
     */
    int derive(int old, int newLength, int from, int to, int epoch) {
        int keyLength = keyLength(old);
        int oldLength = valueLength(old);
        int head = memory.allocate(RecordLayout.headBytes(keyLength, newLength));
        ByteBuffer bytes = memory.memory(head);
        int offset = RecordMemory.offset(head);
        RecordLayout.putHeader(bytes, offset, expiry(old), epoch, keyLength, newLength);
        copyPiece(old, RecordLayout.KEY, head, RecordLayout.KEY, keyLength);
        if (!RecordLayout.chunked(bytes, offset)) {
            copyPiece(
                    old,
                    RecordLayout.KEY + keyLength,
                    head,
                    RecordLayout.KEY + keyLength,
                    Math.min(oldLength, newLength));
            return head;
        }
        clearChunks(head, keyLength, newLength);
        int chunks = RecordLayout.chunks(newLength);
        try {
            for (int i = 0; i < chunks; i++) {
                setChunk(head, keyLength, i, deriveChunk(old, oldLength, newLength, i, from, to));
            }
        } catch (KeyspaceFullException e) {
            free(head);
            throw e;
        }
        return head;
    }

    /** A record with the value and expiry of {@code old} under another key; it shares the chunks. */
    int rename(int old, ByteBuf key, int index, int keyLength, int epoch) {
        int length = valueLength(old);
        if (!chunked(old) || RecordLayout.isInline(keyLength, length)) {
            return copy(old, key, index, keyLength, epoch);
        }
        int head = createHead(key, index, keyLength, length, expiry(old), epoch);
        int chunks = RecordLayout.chunks(length);
        for (int i = 0; i < chunks; i++) {
            addSharer(chunk(old, i), 1);
            setChunk(head, keyLength, i, chunk(old, i));
        }
        return head;
    }

    /** A record with the value and expiry of {@code old} under another key, which shares nothing. */
    int copy(int old, ByteBuf key, int index, int keyLength, int epoch) {
        int length = valueLength(old);
        int head = create(key, index, keyLength, length, expiry(old), epoch);
        int done = 0;
        for (ByteBuffer part : valueParts(old, 0, length)) {
            write(head, done, part);
            done += part.remaining();
        }
        return head;
    }

    /** Whether a record that may be changed can take {@code newLength} bytes of value, with {@code [from, to)} written, as it is. */
    boolean fits(int ref, int newLength, int from, int to) {
        int keyLength = keyLength(ref);
        boolean inline = RecordLayout.isInline(keyLength, newLength);
        if (inline != !chunked(ref)) {
            return false;
        }
        int oldLength = valueLength(ref);
        if (headCapacity(keyLength, newLength) != headCapacity(keyLength, oldLength)) {
            return false;
        }
        if (inline) {
            return true;
        }
        int chunks = RecordLayout.chunks(newLength);
        if (chunks != RecordLayout.chunks(oldLength)
                || chunkCapacity(newLength, chunks - 1) != chunkCapacity(oldLength, chunks - 1)) {
            return false;
        }
        for (int i = from / RecordLayout.CHUNK_BYTES;
                i < chunks && (long) i * RecordLayout.CHUNK_BYTES < to;
                i++) {
            if (sharers(chunk(ref, i)) > 1) {
                return false;
            }
        }
        return true;
    }

    /** Changes the length of a value that {@link #fits}. */
    void setValueLength(int ref, int length) {
        memory.memory(ref).putInt(RecordMemory.offset(ref) + RecordLayout.VALUE_LENGTH, length);
    }

    void setExpiry(int ref, long expiry) {
        memory.memory(ref).putLong(RecordMemory.offset(ref) + RecordLayout.EXPIRY, expiry);
    }

    /** Frees the record, and those of its chunks that no other record shares. */
    void free(int ref) {
        if (chunked(ref)) {
            int chunks = RecordLayout.chunks(valueLength(ref));
            for (int i = 0; i < chunks; i++) {
                int chunk = chunk(ref, i);
                if (chunk != 0 && addSharer(chunk, -1) == 0) {
                    memory.free(chunk);
                }
            }
        }
        memory.free(ref);
    }

    /** Capacity of all pieces: it follows from the lengths, since a piece is never larger than its class demands. */
    long footprint(int ref) {
        int length = valueLength(ref);
        long bytes = headCapacity(keyLength(ref), length);
        if (chunked(ref)) {
            int chunks = RecordLayout.chunks(length);
            for (int i = 0; i < chunks; i++) {
                bytes += chunkCapacity(length, i);
            }
        }
        return bytes;
    }

    /** Capacity of the pieces that no other record shares. */
    long ownFootprint(int ref) {
        int length = valueLength(ref);
        long bytes = headCapacity(keyLength(ref), length);
        if (chunked(ref)) {
            int chunks = RecordLayout.chunks(length);
            for (int i = 0; i < chunks; i++) {
                bytes += sharers(chunk(ref, i)) == 1 ? chunkCapacity(length, i) : 0;
            }
        }
        return bytes;
    }

    void setEpoch(int ref, int epoch) {
        memory.memory(ref).putInt(RecordMemory.offset(ref) + RecordLayout.EPOCH, epoch);
    }

    /** Writes {@code length} bytes of {@code source} from {@code index} on to the value from {@code to} on. */
    void write(int ref, int to, ByteBuf source, int index, int length) {
        if (!chunked(ref)) {
            copyIn(source, index, ref, RecordLayout.KEY + keyLength(ref) + to, length);
            return;
        }
        int done = 0;
        while (done < length) {
            int position = to + done;
            int within = position % RecordLayout.CHUNK_BYTES;
            int part = Math.min(RecordLayout.CHUNK_BYTES - within, length - done);
            copyIn(
                    source,
                    index + done,
                    chunk(ref, position / RecordLayout.CHUNK_BYTES),
                    RecordLayout.CHUNK_HEADER + within,
                    part);
            done += part;
        }
    }

    /** Writes the remaining bytes of {@code source}, whose position it leaves alone, to the value from {@code to} on. */
    void write(int ref, int to, ByteBuffer source) {
        int length = source.remaining();
        if (!chunked(ref)) {
            put(ref, RecordLayout.KEY + keyLength(ref) + to, source, source.position(), length);
            return;
        }
        int done = 0;
        while (done < length) {
            int position = to + done;
            int within = position % RecordLayout.CHUNK_BYTES;
            int part = Math.min(RecordLayout.CHUNK_BYTES - within, length - done);
            put(
                    chunk(ref, position / RecordLayout.CHUNK_BYTES),
                    RecordLayout.CHUNK_HEADER + within,
                    source,
                    source.position() + done,
                    part);
            done += part;
        }
    }

    /** Writes zeros to the value from {@code to} on. */
    void writeZeros(int ref, int to, int length) {
        int done = 0;
        while (done < length) {
            int part = Math.min(ZEROS.capacity(), length - done);
            write(ref, to + done, ZEROS, 0, part);
            done += part;
        }
    }

    /** So that a head can be freed before it has all of its chunks. */
    private void clearChunks(int head, int keyLength, int valueLength) {
        if (chunked(head)) {
            for (int i = RecordLayout.chunks(valueLength) - 1; i >= 0; i--) {
                setChunk(head, keyLength, i, 0);
            }
        }
    }

    private int deriveChunk(int old, int oldLength, int newLength, int i, int from, int to) {
        long start = (long) i * RecordLayout.CHUNK_BYTES;
        int needed = RecordLayout.chunkLength(newLength, i);
        boolean written = from < start + needed && to > start;
        boolean hadChunk = chunked(old) && i < RecordLayout.chunks(oldLength);
        if (hadChunk && !written && chunkCapacity(oldLength, i) == chunkCapacity(newLength, i)) {
            addSharer(chunk(old, i), 1);
            return chunk(old, i);
        }
        int fresh = newChunk(newLength, i);
        int had = (int) Math.max(0, Math.min(needed, oldLength - start));
        if (hadChunk) {
            copyPiece(
                    chunk(old, i),
                    RecordLayout.CHUNK_HEADER,
                    fresh,
                    RecordLayout.CHUNK_HEADER,
                    had);
        } else if (had > 0) {
            copyPiece(
                    old,
                    RecordLayout.KEY + keyLength(old) + (int) start,
                    fresh,
                    RecordLayout.CHUNK_HEADER,
                    had);
        }
        return fresh;
    }

    private int newChunk(int valueLength, int i) {
        int chunk =
                memory.allocate(
                        RecordLayout.CHUNK_HEADER + RecordLayout.chunkLength(valueLength, i));
        memory.memory(chunk).putInt(RecordMemory.offset(chunk), 1);
        return chunk;
    }

    private static int headCapacity(int keyLength, int valueLength) {
        return RecordMemory.capacityFor(RecordLayout.headBytes(keyLength, valueLength));
    }

    private static int chunkCapacity(int valueLength, int i) {
        return RecordMemory.capacityFor(
                RecordLayout.CHUNK_HEADER + RecordLayout.chunkLength(valueLength, i));
    }

    private int sharers(int chunk) {
        return memory.memory(chunk).getInt(RecordMemory.offset(chunk));
    }

    private int addSharer(int chunk, int delta) {
        int now = sharers(chunk) + delta;
        memory.memory(chunk).putInt(RecordMemory.offset(chunk), now);
        return now;
    }

    private void setChunk(int head, int keyLength, int i, int chunk) {
        memory.memory(head)
                .putInt(
                        RecordMemory.offset(head)
                                + RecordLayout.KEY
                                + keyLength
                                + i * Integer.BYTES,
                        chunk);
    }

    private void copyIn(ByteBuf source, int index, int ref, int to, int length) {
        source.getBytes(index, memory.view(ref, to, length));
    }

    private void copyPiece(int from, int fromOffset, int to, int toOffset, int length) {
        put(to, toOffset, memory.memory(from), RecordMemory.offset(from) + fromOffset, length);
    }

    private void put(int to, int toOffset, ByteBuffer source, int index, int length) {
        memory.memory(to).put(RecordMemory.offset(to) + toOffset, source, index, length);
    }
}
