package io.replbuf.harness.simulation;

import io.replbuf.buffer.BufferStats;

/**
 * What a strategy may hold at most, by its closed form, given how far everybody is behind at this moment.
 *
 * <pre>
 *   legacy      backlog + Σ (lag + the gap it was opened with, which is one piece and goes when all of it is sent)
 *   shared      max(backlog, max lag)
 *   aof-psync   max(window, what the log has not written), whatever the replicas do
 * </pre>
 *
 * each with its overhead: a block at either end, a constant for a cursor, and tables that grow with the most blocks there were. An
 * unknown strategy has no bound. Looked at when trimming has nothing left to do, since trim is bounded per turn.
 */
final class MemoryBound {
    private static final long CURSOR_BYTES = 1024;

    /** With the first 16 KiB, which every replica has from the start. */
    private static final long LEGACY_CURSOR_BYTES = 20 << 10;

    /** Of legacy's ring. */
    private static final long MIN_BYTES = 16 << 10;

    private static final long TABLES_BYTES = 64 << 10;
    private static final long BYTES_PER_BLOCK = 64;

    private final Plan plan;
    private long mostBytes;

    MemoryBound(Plan plan) {
        this.plan = plan;
    }

    /** Another life of the primary. */
    void begin() {
        mostBytes = 0;
    }

    void check(SimulatedPrimary primary, BufferStats stats, Counts counts) {
        long held = stats.retainedBytes() - stats.retiredBytes();
        mostBytes = Math.max(mostBytes, held);
        if (stats.retainedBytes() > counts.peakRetainedBytes) {
            counts.peakRetainedBytes = stats.retainedBytes();
        }
        if (!primary.isSettled()) {
            return;
        }
        long payload = payloadBound(primary);
        if (payload < 0) {
            return;
        }
        long tables = mostBytes / plan.blockBytes() * BYTES_PER_BLOCK + TABLES_BYTES;
        long bound =
                payload
                        + tables
                        + cursorBytes() * (primary.sessions().size() + plan.replicas() + 2);
        counts.peakBoundBytes = Math.max(counts.peakBoundBytes, bound);
        if (held > bound) {
            throw new Violation(
                    "bytes held: " + held + " (expected: <= " + bound + ") of " + stats);
        }
    }

    private long cursorBytes() {
        return plan.strategy().equals("legacy") ? LEGACY_CURSOR_BYTES : CURSOR_BYTES;
    }

    /** Capacity of blocks; -1 if it is not known. */
    private long payloadBound(SimulatedPrimary primary) {
        long next = primary.buffer().nextOffset();
        long block = plan.blockBytes();
        long most = 0;
        long sum = 0;
        for (Session session : primary.sessions()) {
            long lag = next - session.cursor.offset();
            sum += lag + session.gapBytes() + 2 * Math.max(block, plan.largestWriteBytes());
            if (primary.mustKeepInMemory(session)) {
                most = Math.max(most, lag);
            }
        }
        return switch (plan.strategy()) {
            case "legacy" -> Math.max(primary.backlogBytes(), MIN_BYTES) + 2 * block + sum;
            case "shared" -> Math.max(primary.backlogBytes(), most) + 3 * block;
            case "aof-psync" -> {
                long window = Math.max(plan.windowBytes(), most);
                yield Math.max(window, primary.logLagBytes()) + 3 * block;
            }
            default -> -1;
        };
    }
}
