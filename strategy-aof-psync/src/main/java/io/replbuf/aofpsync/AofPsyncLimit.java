package io.replbuf.aofpsync;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Demotes where {@code shared} kills: at the hard limit, at the soft limit after its seconds, or at the window, whichever comes
 * first. No floor here: the log keeps what the replica lacks, so it may leave memory long before the backlog's size.
 *
 * <p>A replica that is charged for twice the window could not be demoted: the log has stopped, or began behind that replica's
 * place. Then memory is all there is, and the configured limits hold as they do for the strategy {@code shared}.
 */
final class AofPsyncLimit implements OutputLimit {
    private final LimitConfig limits;
    private final OutputLimit withoutLog;
    private final LongSupplier windowBytes;
    private final BooleanSupplier logIsWritten;

    AofPsyncLimit(
            LimitConfig limits,
            OutputLimit withoutLog,
            LongSupplier windowBytes,
            BooleanSupplier logIsWritten) {
        this.limits = limits;
        this.withoutLog = withoutLog;
        this.windowBytes = windowBytes;
        this.logIsWritten = logIsWritten;
    }

    @Override
    public Verdict judge(long outputBytes, long aboveSoftMillis) {
        if (outputBytes > 2 * windowBytes.getAsLong()) {
            return withoutLog.judge(outputBytes, aboveSoftMillis);
        }
        return logIsWritten.getAsBoolean() && isTooMuch(outputBytes, aboveSoftMillis)
                ? Verdict.DEMOTE
                : Verdict.KEEP;
    }

    private boolean isTooMuch(long outputBytes, long aboveSoftMillis) {
        boolean hard = limits.hardBytes() > 0 && outputBytes >= limits.hardBytes();
        boolean soft =
                limits.softBytes() > 0
                        && outputBytes >= limits.softBytes()
                        && aboveSoftMillis > limits.softSeconds() * 1000L;
        return hard || soft || outputBytes > windowBytes.getAsLong();
    }

    @Override
    public long softFloorBytes() {
        return logIsWritten.getAsBoolean() ? 0 : 2 * windowBytes.getAsLong();
    }

    /** The window; a window of 0 is not there, since those whom it would demote are in the log from the first. */
    @Override
    public long nearestBytes() {
        long window = windowBytes.getAsLong();
        return window == 0 ? Long.MAX_VALUE : window;
    }

    @Override
    public int patienceMillis() {
        return withoutLog.patienceMillis();
    }
}
