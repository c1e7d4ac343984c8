package io.replbuf.log;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32C;

/**
 * Sums what is written and makes an index entry of each chunk.
 *
 * <p>Log thread, but for {@link #mark}, which the command loop calls before it feeds the byte at that offset: so a mark is
 * there before any byte behind it is.
 */
final class ChunkSummer {
    private final StreamIndex index;
    private final Queue<Mark> marks = new ConcurrentLinkedQueue<>();
    private final CRC32C crc = new CRC32C();
    private long chunkStart;
    private int chunkBytes;
    private Mark boundary;

    ChunkSummer(StreamIndex index) {
        this.index = index;
    }

    /** A command begins at {@code offset}, outside a transaction, with {@code db} selected; -1: a SELECT follows. */
    void mark(long offset, int db) {
        marks.add(new Mark(offset, db));
    }

    void begin(Segment segment) {
        index.begin(segment.place());
        long segmentStart = segment.startOffset;
        chunkStart = segmentStart;
        chunkBytes = 0;
        crc.reset();
        boundary = new Mark(segmentStart, -1);
    }

    /** Sums the rest of {@code bytes}, which were written behind the last ones. */
    void add(ByteBuffer bytes) {
        int end = bytes.limit();
        while (bytes.position() < end) {
            int part = Math.min(end - bytes.position(), StreamIndex.CHUNK_BYTES - chunkBytes);
            bytes.limit(bytes.position() + part);
            crc.update(bytes);
            chunkBytes += part;
            bytes.limit(end);
            if (chunkBytes == StreamIndex.CHUNK_BYTES) {
                finishChunk();
            }
        }
    }

    /** The segment ends here. */
    void seal() {
        if (chunkBytes > 0) {
            finishChunk();
        }
    }

    private void finishChunk() {
        long end = chunkStart + chunkBytes;
        Mark next = marks.peek();
        while (next != null && next.offset <= end) {
            boundary = marks.poll();
            next = marks.peek();
        }
        index.add(
                new StreamIndex.Entry(
                        chunkStart,
                        chunkBytes,
                        (int) crc.getValue(),
                        boundary.offset,
                        boundary.db));
        chunkStart = end;
        chunkBytes = 0;
        crc.reset();
    }

    private record Mark(long offset, int db) {}
}
