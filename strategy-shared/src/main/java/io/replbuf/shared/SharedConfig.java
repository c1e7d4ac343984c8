package io.replbuf.shared;

/**
 * A shared buffer's configuration, concluded once from its options and the backlog.
 *
 * @param sizedBlocks Redis 7's blocks instead of ours, see {@link SizedChain}
 * @param blockBytes capacity of every block of ours, a power of two
 * @param neighbours whether blocks of ours are put side by side and read as one stretch
 * @param giveBack whether extents go back to the operating system as they run empty
 * @param softLimitFloor whether the soft output limit, too, is at least the backlog
 * @param limitPatienceMillis for how long a replica that takes bytes may be beyond an output limit, 0 for no look longer
 * @param trimStepBlocks most blocks trimmed for each block added and for a cursor that is closed, 0 to leave it to the turn
 * @param backlogNanos how long the backlog keeps bytes at most, 0 for as long as its size allows
 * @param grace for replicas that an output limit dropped
 */
record SharedConfig(
        boolean sizedBlocks,
        int blockBytes,
        boolean neighbours,
        boolean giveBack,
        boolean softLimitFloor,
        int limitPatienceMillis,
        int trimStepBlocks,
        long backlogNanos,
        Grace grace) {
    /** What Redis allocates at least; also what a block may always have, however small the backlog. */
    static final int DEFAULT_BLOCK_BYTES = 16 << 10;

    /** A period of cron, in which a loop that has its turns sends what a network takes: 125 MB at 10 Gbit/s. */
    static final int DEFAULT_LIMIT_PATIENCE_MILLIS = 100;

    static final int MIN_BLOCK_BYTES = 64;
    static final int MAX_BLOCK_BYTES = 1 << 20;

    /**
     * What is kept for a dropped replica.
     *
     * @param nanos for how long from the drop on, 0 for nothing
     * @param bytes from its place to the end of the stream, at most
     * @param marginBytes kept behind every replica, since what a socket took may have been lost with the connection
     */
    record Grace(long nanos, long bytes, long marginBytes) {
        static final Grace NONE = new Grace(0, 0, 0);
    }

    SharedConfig {
        if (blockBytes < MIN_BLOCK_BYTES
                || blockBytes > MAX_BLOCK_BYTES
                || Integer.bitCount(blockBytes) != 1) {
            throw new IllegalArgumentException(
                    SharedOptions.BLOCK_SIZE.name()
                            + ": "
                            + blockBytes
                            + " (expected: a power of two, "
                            + MIN_BLOCK_BYTES
                            + " to "
                            + MAX_BLOCK_BYTES
                            + ")");
        }
        if (grace.nanos() > 0 && grace.bytes() <= grace.marginBytes()) {
            throw new IllegalArgumentException(
                    SharedOptions.GRACE_BYTES.name()
                            + ": "
                            + grace.bytes()
                            + " (expected: more than "
                            + SharedOptions.GRACE_MARGIN.name()
                            + "="
                            + grace.marginBytes()
                            + ")");
        }
    }

    /**
     * Capacity of a block of ours, lowered to what the backlog bears.
     *
     * <p>Trim drops whole blocks, so a backlog of one big block could not be trimmed at all: a reader that is caught up
     * would be charged for all of it, and dropped by a limit below it for ever. Hence at most backlog/16, but never
     * below 16 KiB on that account. With 256 KiB wanted and a backlog of 1 MiB, blocks have 64 KiB; with a backlog
     * of 16 KiB they have 16 KiB.
     */
    int blockBytes(long backlogBytes) {
        long most = Math.max(DEFAULT_BLOCK_BYTES, Long.highestOneBit(backlogBytes / 16));
        return (int) Math.min(blockBytes, most);
    }
}
