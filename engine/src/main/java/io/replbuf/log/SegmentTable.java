package io.replbuf.log;

import java.util.Arrays;

/**
 * Segments in the order of the stream, without gaps. Immutable: the log's thread publishes a changed copy, at most one per
 * roll or retention, while a reader searches the one that it saw.
 */
final class SegmentTable {
    private final Segment[] segments;

    SegmentTable(Segment... segments) {
        this.segments = segments;
    }

    SegmentTable with(Segment next) {
        Segment[] more = Arrays.copyOf(segments, segments.length + 1);
        more[segments.length] = next;
        return new SegmentTable(more);
    }

    SegmentTable withoutFirst(int count) {
        return new SegmentTable(Arrays.copyOfRange(segments, count, segments.length));
    }

    int size() {
        return segments.length;
    }

    Segment get(int i) {
        return segments[i];
    }

    Segment last() {
        return segments[segments.length - 1];
    }

    long startOffset() {
        return segments[0].startOffset;
    }

    /** The segment that {@code offset} lies in; null below the first. Logarithmic in the number of segments. */
    Segment find(long offset) {
        int low = 0;
        int high = segments.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (segments[middle].startOffset <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high < 0 ? null : segments[high];
    }
}
