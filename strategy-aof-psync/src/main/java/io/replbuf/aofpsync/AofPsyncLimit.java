package io.replbuf.aofpsync;

import io.replbuf.buffer.OutputLimit;
import java.util.function.LongSupplier;

/**
 * Keeps every replica that can be demoted, however far behind it is.
 *
 * <p>Demotion comes at the window's size, so a replica which is charged for twice as much could not be demoted: the log has
 * stopped, or began behind that replica's place. Then memory is all there is, and the configured limits hold as they do for
 * the strategy {@code shared}.
 */
final class AofPsyncLimit implements OutputLimit {
    private final OutputLimit withoutLog;
    private final LongSupplier windowBytes;

    AofPsyncLimit(OutputLimit withoutLog, LongSupplier windowBytes) {
        this.withoutLog = withoutLog;
        this.windowBytes = windowBytes;
    }

    @Override
    public Verdict judge(long outputBytes, long aboveSoftMillis) {
        return outputBytes <= softFloorBytes()
                ? Verdict.KEEP
                : withoutLog.judge(outputBytes, aboveSoftMillis);
    }

    @Override
    public long softFloorBytes() {
        return 2 * windowBytes.getAsLong();
    }
}
