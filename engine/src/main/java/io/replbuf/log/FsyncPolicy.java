package io.replbuf.log;

/** {@code appendfsync}: when written bytes are forced to the device. */
public enum FsyncPolicy {
    /** After every write, before anything is said about it. */
    ALWAYS,
    /** Once a second, beside the writes. */
    EVERYSEC,
    /** When the operating system likes. */
    NO;

    /**
     * @throws IllegalArgumentException naming the value and what was expected
     */
    public static FsyncPolicy parse(String value) {
        switch (value) {
            case "always":
                return ALWAYS;
            case "everysec":
                return EVERYSEC;
            case "no":
                return NO;
            default:
                throw new IllegalArgumentException(
                        "appendfsync: \"" + value + "\" (expected: always, everysec or no)");
        }
    }
}
