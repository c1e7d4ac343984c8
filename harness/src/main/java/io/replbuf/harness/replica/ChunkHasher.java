package io.replbuf.harness.replica;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Turns a stream that begins anywhere into checksums of its aligned chunks.
 *
 * <p>Counts offsets as Redis does: {@link #offset} is that of the last byte taken, 0 before the first. A chunk is reported when its
 * last byte has come and its first byte came here too; the head of a stream that begins inside a chunk is not. A sampling hasher
 * passes over all chunks but each {@code every}-th, without touching their bytes. Not thread-safe.
 */
final class ChunkHasher {
    /** Takes whole chunks. */
    interface Sink {
        void chunk(long number, int crc);
    }

    private final CRC32C crc = new CRC32C();
    private final Sink sink;
    private final int every;
    private long offset;

    /** Whether the open chunk is here from its first byte. */
    private boolean whole = true;

    ChunkHasher(Sink sink) {
        this(sink, 1);
    }

    /**
     * @param every takes chunks whose number it divides; 1 for all, 0 for none
     */
    ChunkHasher(Sink sink, int every) {
        this.sink = sink;
        this.every = every;
    }

    /** Begins anew behind {@code offset}. */
    void restart(long offset) {
        this.offset = offset;
        crc.reset();
        whole = offset % StreamTruth.CHUNK_BYTES == 0;
    }

    long offset() {
        return offset;
    }

    /** Whether {@link #openCrc} covers the open chunk from its first byte. */
    boolean openIsWhole() {
        return whole;
    }

    /** Checksum of the open chunk so far. */
    int openCrc() {
        return (int) crc.getValue();
    }

    /** Takes {@code bytes[from, to)}; position and limit are left anywhere. */
    void update(ByteBuffer bytes, int from, int to) {
        if (every == 0) {
            offset += to - from;
            whole = false;
            return;
        }
        long at = offset;
        for (int index = from; index < to; ) {
            long chunk = at / StreamTruth.CHUNK_BYTES;
            if (chunk % every != 0) {
                long wanted = (chunk / every + 1) * every * StreamTruth.CHUNK_BYTES;
                int passed = (int) Math.min(wanted - at, to - index);
                index += passed;
                at += passed;
                whole = at == wanted;
                crc.reset();
                continue;
            }
            int open = (int) (at % StreamTruth.CHUNK_BYTES);
            int length = Math.min(StreamTruth.CHUNK_BYTES - open, to - index);
            crc.update(bytes.limit(index + length).position(index));
            index += length;
            at += length;
            if (open + length == StreamTruth.CHUNK_BYTES) {
                if (whole) {
                    sink.chunk(at / StreamTruth.CHUNK_BYTES - 1, (int) crc.getValue());
                }
                crc.reset();
                whole = true;
            }
        }
        offset = at;
    }
}
