package io.replbuf.snapshot;

/**
 * How an RDB is written.
 *
 * @param version 9 (Redis 5 to 6.2 read it), 10 (7.0) or 11 (7.2)
 * @param compress {@code rdbcompression}: strings of more than 20 bytes as LZF where that is shorter
 * @param checksum {@code rdbchecksum}: a CRC64 at the end, else 0 for "not computed"
 */
public record RdbOptions(int version, boolean compress, boolean checksum) {
    static final int VERSION_MIN = 9;

    /** What Redis 7.0 writes by default. */
    public static final RdbOptions DEFAULT = new RdbOptions(10, true, true);

    public RdbOptions {
        if (version < VERSION_MIN || version > RdbFormat.VERSION_MAX) {
            throw new IllegalArgumentException(
                    "RDB version: "
                            + version
                            + " (expected: "
                            + VERSION_MIN
                            + " to "
                            + RdbFormat.VERSION_MAX
                            + ")");
        }
    }

    public RdbOptions withVersion(int otherVersion) {
        return new RdbOptions(otherVersion, compress, checksum);
    }
}
