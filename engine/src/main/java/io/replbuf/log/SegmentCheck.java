package io.replbuf.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Holds the bytes of segments found at start against what the index stored of them, and completes the index where it is
 * missing or torn. One thread.
 *
 * <p>It reads 4 GiB at most, the default cap of the log, from the newest segment back, so that a start does not take minutes
 * over a large log; older segments then count as they did without an index.
 */
final class SegmentCheck {
    private static final long BYTES_MAX = 4L << 30;

    private final StreamIndex index;
    private final ByteBuffer chunk = ByteBuffer.allocate(StreamIndex.CHUNK_BYTES);
    private final CRC32C crc = new CRC32C();
    private long bytesLeft = BYTES_MAX;

    SegmentCheck(StreamIndex index) {
        this.index = index;
    }

    /**
     * The first chunk whose bytes are not those that were written.
     *
     * @param bytes of the segment that the file has
     * @return null if none is known
     */
    StreamIndex.Entry firstBad(FileChannel file, StreamIndex.Place segment, long bytes)
            throws IOException {
        for (StreamIndex.Entry entry : stored(segment, bytes)) {
            bytesLeft -= entry.bytes();
            if (bytesLeft < 0) {
                return null;
            }
            if (sum(file, entry.offset() - segment.startOffset(), entry.bytes())
                    != entry.crc32c()) {
                return entry;
            }
        }
        return null;
    }

    /** Stores the entries that are missing; the bytes were looked at before, so they are taken as they are. */
    void complete(FileChannel file, StreamIndex.Place segment, long bytes) throws IOException {
        if (!index.survives() || bytes == 0) {
            return;
        }
        List<StreamIndex.Entry> entries = new ArrayList<>(stored(segment, bytes));
        StreamIndex.Entry last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
        long boundary = last == null ? segment.startOffset() : last.boundaryOffset();
        int db = last == null ? -1 : last.db();
        long at = last == null ? 0 : last.nextOffset() - segment.startOffset();
        if (at == bytes || bytes - at > bytesLeft) {
            return;
        }
        bytesLeft -= bytes - at;
        while (at < bytes) {
            int part = (int) Math.min(StreamIndex.CHUNK_BYTES, bytes - at);
            int sum = sum(file, at, part);
            entries.add(new StreamIndex.Entry(segment.startOffset() + at, part, sum, boundary, db));
            at += part;
        }
        index.store(segment, entries);
    }

    /** One that reaches beyond the file's bytes says nothing: they were cut off, or never reached the device. */
    private List<StreamIndex.Entry> stored(StreamIndex.Place segment, long bytes)
            throws IOException {
        List<StreamIndex.Entry> entries = index.stored(segment);
        int count = entries.size();
        while (count > 0 && entries.get(count - 1).nextOffset() > segment.startOffset() + bytes) {
            count--;
        }
        return entries.subList(0, count);
    }

    private int sum(FileChannel file, long position, int bytes) throws IOException {
        chunk.clear().limit(bytes);
        while (chunk.hasRemaining()) {
            if (file.read(chunk, position + chunk.position()) < 0) {
                throw new EOFException(
                        "position "
                                + (position + chunk.position())
                                + " is behind the end (expected: "
                                + (position + bytes)
                                + " bytes)");
            }
        }
        crc.reset();
        crc.update(chunk.flip());
        return (int) crc.getValue();
    }
}
