package io.replbuf.resp;

/**
 * What a peer may make us hold while a command is incomplete. Shared by all connections; command loop only.
 *
 * <p>The constants are Redis'; the number of arguments is that of Redis up to 6.2 (7.0 allows 2^31 - 1, which a peer
 * could use to make us hold gigabytes of positions).
 */
public final class RespLimits {
    /** Longest inline command and longest header line, in bytes. */
    public static final int LINE_BYTES = 64 * 1024;

    /** Most arguments of one command. */
    public static final int ARGUMENTS = 1024 * 1024;

    /** Most arguments before AUTH. */
    static final int UNAUTHENTICATED_ARGUMENTS = 10;

    /** Longest argument before AUTH, in bytes. */
    static final int UNAUTHENTICATED_BULK_BYTES = 16 * 1024;

    private int bulkBytes = 512 * 1024 * 1024;

    /** {@code proto-max-bulk-len}: longest argument, in bytes. */
    public int bulkBytes() {
        return bulkBytes;
    }

    public void bulkBytes(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bulkBytes: " + bytes + " (expected: >= 1)");
        }
        bulkBytes = bytes;
    }
}
