package io.replbuf.harness.run;

import io.replbuf.harness.measure.ProcFs;
import java.util.concurrent.TimeUnit;

/**
 * Notices that a process was stopped by a signal: it lives, holds its connections, and answers nothing.
 *
 * <p>May be asked as often as one likes; it looks at {@code /proc} ten times a second at most. A process that is found stopped for a
 * second stays so, even if it goes on later: what was measured meanwhile is of no use. Thread-safe.
 */
final class StopWatch {
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long pid;
    private long lookedAt = Long.MIN_VALUE;
    private long stoppedSince;
    private boolean stopped;
    private String reason;

    StopWatch(long pid) {
        this.pid = pid;
    }

    /**
     * Null, or why the process answers nothing.
     *
     * @param now a {@link System#nanoTime}
     */
    synchronized String reason(long now) {
        if (reason != null || (lookedAt != Long.MIN_VALUE && now - lookedAt < LOOK_NANOS)) {
            return reason;
        }
        lookedAt = now;
        if (ProcFs.state(pid) != 'T') {
            stopped = false;
        } else if (!stopped) {
            stopped = true;
            stoppedSince = now;
        } else if (now - stoppedSince >= LIMIT_NANOS) {
            reason =
                    "server stopped: process "
                            + pid
                            + " is in state T in /proc, by a signal (expected: running)";
        }
        return reason;
    }
}
