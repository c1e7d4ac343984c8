package io.replbuf.harness.replica;

/** A resync that is under way: collects what {@link ResyncRecord} will say. Event loop only. */
final class OpenResync {
    private static final double NANOS_PER_MILLI = 1e6;

    final long askedAt;
    private final int replica;
    private final String cause;
    private final long requestedOffset;
    private final long lostAt;
    private final long fileBytesBefore;
    private ResyncRecord.Kind kind;
    private long startOffset;
    private long missingBytes = -1;
    private long answeredAt;
    private long firstByteAt;
    private long caughtUpAt;
    private long snapshotBytes;
    private long streamBytes;
    private long target;

    /**
     * @param requestedOffset first byte asked for, -1 for none
     * @param lostAt when the link was lost, 0 when there was none
     */
    OpenResync(
            int replica,
            String cause,
            long requestedOffset,
            long askedAt,
            long lostAt,
            long fileBytesBefore) {
        this.replica = replica;
        this.cause = cause;
        this.requestedOffset = requestedOffset;
        this.askedAt = askedAt;
        this.lostAt = lostAt;
        this.fileBytesBefore = fileBytesBefore;
    }

    /**
     * The primary has answered.
     *
     * @param startOffset first byte of the stream that will come
     * @param primaryOffset last byte there is, -1 when nobody knows
     */
    void answered(ResyncRecord.Kind kind, long startOffset, long primaryOffset, long nowNanos) {
        this.kind = kind;
        this.startOffset = startOffset;
        this.answeredAt = nowNanos;
        this.target = Math.max(primaryOffset, startOffset - 1);
        if (requestedOffset >= 0) {
            missingBytes = Math.max(0, target - requestedOffset + 1);
        }
    }

    void snapshotBytes(int bytes, long nowNanos) {
        snapshotBytes += bytes;
        firstByte(nowNanos);
    }

    /** Stream bytes came; the replica now has all up to {@code offset}. */
    void streamBytes(int bytes, long nowNanos) {
        streamBytes += bytes;
        firstByte(nowNanos);
    }

    /** Whether the replica, which has all up to {@code offset}, has now what there was as it was answered. */
    boolean caughtUp(long offset, long nowNanos) {
        if (offset < target) {
            return false;
        }
        caughtUpAt = nowNanos;
        return true;
    }

    boolean isAnswered() {
        return kind != null;
    }

    long caughtUpAt() {
        return caughtUpAt;
    }

    /** The record, once caught up or once the link is lost. */
    ResyncRecord close(long fileBytesNow, long nowNanos) {
        boolean complete = caughtUpAt != 0;
        boolean full = kind == ResyncRecord.Kind.FULL;
        long fileBytes = Math.max(0, fileBytesNow - fileBytesBefore);
        ResyncRecord.Source source = ResyncRecord.Source.MEMORY;
        if (full) {
            source = ResyncRecord.Source.SNAPSHOT;
        } else if (fileBytes > 0) {
            source = ResyncRecord.Source.LOG;
        }
        return new ResyncRecord(
                askedAt,
                replica,
                kind,
                source,
                cause,
                requestedOffset,
                startOffset,
                lostAt == 0 ? -1 : (answeredAt - lostAt) / NANOS_PER_MILLI,
                missingBytes,
                full ? snapshotBytes : streamBytes,
                fileBytes,
                ((complete ? caughtUpAt : nowNanos) - askedAt) / NANOS_PER_MILLI,
                firstByteAt == 0 ? -1 : (firstByteAt - askedAt) / NANOS_PER_MILLI,
                (answeredAt - askedAt) / NANOS_PER_MILLI,
                complete);
    }

    private void firstByte(long nowNanos) {
        if (firstByteAt == 0) {
            firstByteAt = nowNanos;
        }
    }
}
