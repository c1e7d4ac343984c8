package io.replbuf.primary;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the full syncs that ended because the bytes written meanwhile could not be kept, so that the next one is not begun in vain.
 * Command loop.
 *
 * <p>A full sync needs the stream from its snapshot's offset until the replica has caught up. Where that is more than an output limit or
 * the log's cap allows, the replica is dropped, asks again, and each attempt costs a snapshot and its transfer. So the second one is
 * refused, with the bytes that it needs and the directive that stands against them, as long as the numbers say that it would end in the
 * same way:
 *
 * <pre>
 *   needed = written during the last attempt / part of the snapshot that was out, for the rate of writes now instead of then
 *   kept   = written during the last attempt, which was too much, for the bound now instead of then
 *   begun while needed * {@value #SPARE} &lt;= kept
 * </pre>
 *
 * The replica asks again each second, as one does that is told to come later, and is let in as soon as writes slow down or the bound is
 * raised.
 */
final class FullSyncAttempts {
    private static final Logger LOG = LoggerFactory.getLogger(FullSyncAttempts.class);

    /** Part to spare, since transfers and rates are never twice the same. */
    static final double SPARE = 1.25;

    /** Replicas that are remembered; the oldest goes. */
    private static final int REMEMBERED_MAX = 1_024;

    private static final int SAID_EVERY_MILLIS = 60_000;
    private static final double MIB = 1 << 20;

    /** What the bytes written during a full sync have to fit in. */
    enum Bound {
        HARD_LIMIT("the hard limit of client-output-buffer-limit replica"),
        SOFT_LIMIT("the soft limit of client-output-buffer-limit replica"),
        LOG_CAP("repl-log-max-bytes");

        final String directive;

        Bound(String directive) {
            this.directive = directive;
        }
    }

    /**
     * A full sync that ended so.
     *
     * @param bound that it met
     * @param boundBytes what the bound was
     * @param keptBytes written between the snapshot's offset and the end
     * @param part of the snapshot that the replica had been sent, above 0 to 1
     * @param millis between the snapshot's beginning and the end
     */
    record Failure(Bound bound, long boundBytes, long keptBytes, double part, long millis) {
        private double neededBytes(double bytesPerSecond) {
            double then = keptBytes * 1000.0 / Math.max(millis, 1);
            double slower = bytesPerSecond < 0 || then == 0 ? 1 : bytesPerSecond / then;
            return keptBytes / part * slower;
        }

        /** What the bound would have to be. */
        private double wantedBytes(double bytesPerSecond) {
            return neededBytes(bytesPerSecond) * SPARE * boundBytes / Math.max(keptBytes, 1);
        }
    }

    private static final class Memory {
        private Failure last;
        private int failures;
        private long refusals;
        private long saidMillis;
    }

    private final ToLongFunction<Bound> bounds;

    private final Map<String, Memory> memories =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Memory> eldest) {
                    return size() > REMEMBERED_MAX;
                }
            };

    private long refused;

    /**
     * @param bounds in bytes, as they are now; {@link Long#MAX_VALUE} for none
     */
    FullSyncAttempts(ToLongFunction<Bound> bounds) {
        this.bounds = bounds;
    }

    /** A full sync of this replica ended so; one that names no port is not known again. */
    void failed(String replica, Failure failure) {
        if (replica != null) {
            Memory memory = memories.computeIfAbsent(replica, key -> new Memory());
            memory.last = failure;
            memory.failures++;
            memory.refusals = 0;
        }
    }

    /** The replica has caught up. */
    void succeeded(String replica) {
        memories.remove(replica);
    }

    /**
     * Why no full sync of this replica is begun now; null if one may be.
     *
     * @param bytesPerSecond written now, -1 if that is not known
     */
    String refusal(String replica, double bytesPerSecond, long nowMillis) {
        Memory memory = replica == null ? null : memories.get(replica);
        if (memory == null) {
            return null;
        }
        Failure last = memory.last;
        long now = bounds.applyAsLong(last.bound());
        double wanted = last.wantedBytes(bytesPerSecond);
        if (wanted <= now) {
            return null;
        }
        refused++;
        memory.refusals++;
        String why =
                String.format(
                        Locale.ROOT,
                        "Full resync refused: %d ended before the replica had caught up, the last after %.1f MiB were written meanwhile;"
                                + " about %.1f MiB are needed, and %s allows %.1f MiB (raise it to %.0fmb, or write less)",
                        memory.failures,
                        last.keptBytes() / MIB,
                        last.neededBytes(bytesPerSecond) / MIB,
                        last.bound().directive,
                        now / MIB,
                        Math.ceil(wanted / MIB));
        if (memory.refusals == 1 || nowMillis - memory.saidMillis >= SAID_EVERY_MILLIS) {
            memory.saidMillis = nowMillis;
            LOG.warn("{}: replica {}, asked {} times since", why, replica, memory.refusals);
        }
        return why;
    }

    /** How often a full sync was refused since the start. */
    long refused() {
        return refused;
    }

    void resetStats() {
        refused = 0;
    }
}
