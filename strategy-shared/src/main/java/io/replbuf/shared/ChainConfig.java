package io.replbuf.shared;

/**
 * Sizes of the shared chain, concluded once from the options and the backlog.
 *
 * @param blockBytes capacity of every block, a power of two
 * @param softLimitFloor whether the soft output limit, too, is at least the backlog
 */
record ChainConfig(int blockBytes, boolean softLimitFloor) {
    /** What Redis allocates at least; also what a block may always have, however small the backlog. */
    static final int DEFAULT_BLOCK_BYTES = 16 << 10;

    static final int MIN_BLOCK_BYTES = 64;
    static final int MAX_BLOCK_BYTES = 1 << 20;

    ChainConfig {
        if (blockBytes < MIN_BLOCK_BYTES
                || blockBytes > MAX_BLOCK_BYTES
                || Integer.bitCount(blockBytes) != 1) {
            throw new IllegalArgumentException(
                    "repl-buffer-block-size: "
                            + blockBytes
                            + " (expected: a power of two, "
                            + MIN_BLOCK_BYTES
                            + " to "
                            + MAX_BLOCK_BYTES
                            + ")");
        }
    }

    /**
     * Lowers the block size to what the backlog bears.
     *
     * <p>Trim drops whole blocks, so a backlog of one big block could not be trimmed at all: a reader that is caught up
     * would be charged for all of it, and dropped by a limit below it for ever. Hence at most backlog/16, but never
     * below 16 KiB on that account. With 256 KiB wanted and a backlog of 1 MiB, blocks have 64 KiB; with a backlog
     * of 16 KiB they have 16 KiB.
     */
    ChainConfig concluded(long backlogBytes) {
        long most = Math.max(DEFAULT_BLOCK_BYTES, Long.highestOneBit(backlogBytes / 16));
        return blockBytes <= most ? this : new ChainConfig((int) most, softLimitFloor);
    }
}
