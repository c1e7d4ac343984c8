package io.replbuf.legacy;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;

/**
 * Redis 6.2's output limit: as configured, without a floor, so that a limit below the backlog drops replicas for ever.
 *
 * @param config as configured
 */
record LegacyLimit(LimitConfig config) implements OutputLimit {
    @Override
    public Verdict judge(long outputBytes, long aboveSoftMillis) {
        if (config.hardBytes() > 0 && outputBytes >= config.hardBytes()) {
            return Verdict.KILL;
        }
        return config.softBytes() > 0
                        && outputBytes >= config.softBytes()
                        && aboveSoftMillis > config.softSeconds() * 1000L
                ? Verdict.KILL
                : Verdict.KEEP;
    }
}
