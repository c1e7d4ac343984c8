package io.replbuf.log;

import java.util.Arrays;

/**
 * The index as arrays on the heap: 20 bytes a chunk, 320 KiB for a gigabyte of stream.
 *
 * <p>One writer, the log's thread. A reader sees a chunk when it sees the count that includes it; arrays are replaced as they
 * grow and never changed below the count.
 */
final class MemoryIndex implements StreamIndex {
    private static final int CHUNKS_AT_FIRST = 64;
    private static final int BYTES_PER_CHUNK = 4 + 4 + 8 + 4;

    /** Object and array headers of one segment's part. */
    private static final int BYTES_PER_SEGMENT = 128;

    private volatile Part[] parts = new Part[0];

    @Override
    public void begin(Place segment) {
        long segmentStart = segment.startOffset();
        if (parts.length > 0 && parts[parts.length - 1].start == segmentStart) {
            return;
        }
        Part[] more = Arrays.copyOf(parts, parts.length + 1);
        more[parts.length] = new Part(segmentStart);
        parts = more;
    }

    @Override
    public void add(Entry entry) {
        parts[parts.length - 1].add(entry);
    }

    @Override
    public Entry floor(long offset) {
        Part[] seen = parts;
        int low = 0;
        int high = seen.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (seen[middle].start <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        for (int i = high; i >= 0; i--) {
            Entry entry = seen[i].floor(offset);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    @Override
    public void dropBelow(long offset) {
        Part[] seen = parts;
        int drop = 0;
        // A part ends where the next begins; the last one is being written.
        while (drop + 1 < seen.length && seen[drop + 1].start <= offset) {
            drop++;
        }
        if (drop > 0) {
            parts = Arrays.copyOfRange(seen, drop, seen.length);
        }
    }

    @Override
    public long retainedBytes() {
        long bytes = 0;
        for (Part part : parts) {
            bytes += BYTES_PER_SEGMENT + (long) part.columns.crc32c.length * BYTES_PER_CHUNK;
        }
        return bytes;
    }

    @Override
    public void close() {
        parts = new Part[0];
    }

    /** The chunks of one segment. */
    private static final class Part {
        final long start;

        /** Written by the log's thread before {@link #count}, which publishes it. */
        private volatile Columns columns = new Columns(CHUNKS_AT_FIRST);

        private volatile int count;

        Part(long start) {
            this.start = start;
        }

        void add(Entry entry) {
            int at = count;
            if (entry.offset() != start + (long) at * CHUNK_BYTES) {
                throw new IllegalArgumentException(
                        "chunk: "
                                + entry.offset()
                                + " (expected: "
                                + (start + (long) at * CHUNK_BYTES)
                                + ")");
            }
            if (at == columns.crc32c.length) {
                columns = new Columns(columns, at * 2);
            }
            columns.crc32c[at] = entry.crc32c();
            columns.boundary[at] = entry.boundaryOffset();
            columns.db[at] = entry.db();
            columns.bytes[at] = entry.bytes();
            count = at + 1;
        }

        Entry floor(long offset) {
            int seen = count;
            if (seen == 0) {
                return null;
            }
            int at = (int) Math.min(seen - 1L, (offset - start) / CHUNK_BYTES);
            Columns read = columns;
            return new Entry(
                    start + (long) at * CHUNK_BYTES,
                    read.bytes[at],
                    read.crc32c[at],
                    read.boundary[at],
                    read.db[at]);
        }
    }

    private static final class Columns {
        final int[] bytes;
        final int[] crc32c;
        final long[] boundary;
        final int[] db;

        Columns(int chunks) {
            bytes = new int[chunks];
            crc32c = new int[chunks];
            boundary = new long[chunks];
            db = new int[chunks];
        }

        Columns(Columns old, int chunks) {
            bytes = Arrays.copyOf(old.bytes, chunks);
            crc32c = Arrays.copyOf(old.crc32c, chunks);
            boundary = Arrays.copyOf(old.boundary, chunks);
            db = Arrays.copyOf(old.db, chunks);
        }
    }
}
