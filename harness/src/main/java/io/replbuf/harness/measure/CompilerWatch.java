package io.replbuf.harness.measure;

/**
 * Tells when a server's just-in-time compiler has come to rest: when its threads have used next to no processor time for a while.
 *
 * <p>A process without such threads, such as a real Redis, is at rest from the start. For one thread.
 */
public final class CompilerWatch {
    /** Of processor time a second: below it a compiler takes nothing from what is measured. */
    private static final double BUSY_SHARE_MAX = 0.03;

    private static final long LOOK_NANOS = 1_000_000_000L;

    /** Once is not enough: between two waves of compilations there is a pause. */
    private static final int QUIET_LOOKS = 2;

    private final long pid;
    private long lookedAt;
    private long millis;
    private int quietLooks;

    public CompilerWatch(long pid, long nowNanos) {
        this.pid = pid;
        this.lookedAt = nowNanos;
        this.millis = CompilerThreads.millis(pid);
    }

    /** Whether it rests; looks once a second, whenever it is asked. */
    public boolean rests(long nowNanos) {
        if (millis < 0) {
            return true;
        }
        if (nowNanos - lookedAt >= LOOK_NANOS) {
            long now = CompilerThreads.millis(pid);
            double share = (now - millis) * 1e6 / (nowNanos - lookedAt);
            quietLooks = share <= BUSY_SHARE_MAX ? quietLooks + 1 : 0;
            millis = now;
            lookedAt = nowNanos;
        }
        return quietLooks >= QUIET_LOOKS;
    }
}
