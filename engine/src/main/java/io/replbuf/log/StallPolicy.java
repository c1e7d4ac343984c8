package io.replbuf.log;

/** {@code repl-log-on-stall}: what gives when the disk takes the stream more slowly than it is produced. */
public enum StallPolicy {
    /** The log: it stops, its coverage ends, and it may begin anew later. */
    STOP,
    /** The writers: {@link StreamLog#throttling} asks the server to hold them back. */
    THROTTLE;

    static StallPolicy parse(String value) {
        switch (value) {
            case "stop":
                return STOP;
            case "throttle":
                return THROTTLE;
            default:
                throw new IllegalArgumentException(
                        "repl-log-on-stall: \"" + value + "\" (expected: stop or throttle)");
        }
    }
}
