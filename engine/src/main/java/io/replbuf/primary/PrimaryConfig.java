package io.replbuf.primary;

import io.replbuf.buffer.LimitConfig;

/**
 * The directives that the primary obeys, by Redis' names; concluded by the server, replaced as a whole on CONFIG SET.
 *
 * @param backlogBytes {@code repl-backlog-size}
 * @param backlogTtlSeconds {@code repl-backlog-ttl}, 0 for never
 * @param timeoutSeconds {@code repl-timeout}
 * @param pingPeriodSeconds {@code repl-ping-replica-period}
 * @param diskless {@code repl-diskless-sync}
 * @param disklessDelaySeconds {@code repl-diskless-sync-delay}
 * @param disklessMaxReplicas {@code repl-diskless-sync-max-replicas}, 0 for no count
 * @param limit {@code client-output-buffer-limit replica}
 * @param noDelay the inverse of {@code repl-disable-tcp-nodelay}
 */
public record PrimaryConfig(
        long backlogBytes,
        int backlogTtlSeconds,
        int timeoutSeconds,
        int pingPeriodSeconds,
        boolean diskless,
        int disklessDelaySeconds,
        int disklessMaxReplicas,
        LimitConfig limit,
        boolean noDelay) {}
