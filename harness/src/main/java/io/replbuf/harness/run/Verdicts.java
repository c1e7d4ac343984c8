package io.replbuf.harness.run;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Machine;
import io.replbuf.harness.replica.FleetCounts;
import io.replbuf.harness.scenario.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a cell's numbers may be used for.
 *
 * <ul>
 *   <li>Work that was done wrong, or of which there is no proof, fails the cell.
 *   <li>A stated bound that was exceeded makes it suspect: memory that no part explains, a rate other than the one asked for.
 *   <li>A loader that was late or began behind its schedule, and others' load on the same cores, make latencies advisory, and nothing else.
 * </ul>
 */
final class Verdicts {
    /** Above this the loader's own lateness is no longer small beside what it measures. */
    static final double LOADER_DELAY_MICROS_MAX = 1_000;

    /** Below this share of the schedule another load was measured than the one asked for. */
    static final double ACHIEVED_SHARE_MIN = 0.999;

    /**
     * Above this share, too: what was answered beyond the schedule was queued before measuring began, so the server was measured while
     * it caught up.
     */
    static final double ACHIEVED_SHARE_MAX = 1.001;

    /** Poisson arrivals vary in number by the root of it; four standard deviations are passed once in 16,000 cells. */
    private static final double POISSON_DEVIATIONS = 4;

    private final List<String> failures = new ArrayList<>();
    private final List<String> doubts = new ArrayList<>();
    private final List<String> latencyDoubts = new ArrayList<>();

    void fail(String reason) {
        failures.add(reason);
    }

    void doubt(String reason) {
        doubts.add(reason);
    }

    void doubtLatency(String reason) {
        latencyDoubts.add(reason);
    }

    /** Looks at what the replicas saw. */
    void judge(FleetCounts counts, boolean truthIntact, String truthSource, boolean streamed) {
        if (counts.mismatches() > 0) {
            fail("digest: " + counts.mismatches() + " mismatches (expected: none)");
        }
        if (counts.gaps() > 0) {
            fail("stream: " + counts.gaps() + " gaps (expected: none)");
        }
        if (counts.protocolErrors() > 0) {
            fail(
                    "protocol: "
                            + counts.protocolErrors()
                            + " errors, first "
                            + counts.firstProtocolError());
        }
        if (!truthIntact) {
            fail(
                    truthSource
                            + ": lost the stream, so digests cannot be compared (expected: unbroken)");
        } else if (counts.waitingChunks() > 0) {
            fail("digest: " + counts.waitingChunks() + " chunks not compared (expected: all)");
        } else if (streamed && counts.checkedChunks() == 0) {
            fail("digest: no chunk compared (expected: proof that replicas read the stream)");
        }
    }

    /** Looks at how the load was answered. */
    void judgeLoad(double loaderDelayP99Micros, long errors, String firstError) {
        if (errors > 0) {
            fail("writes: " + errors + " refused, first " + firstError);
        }
        if (loaderDelayP99Micros > LOADER_DELAY_MICROS_MAX) {
            latencyDoubts.add(
                    String.format(
                            Locale.ROOT,
                            "loader delay p99: %.0f us (expected: at most %.0f); latency is advisory",
                            loaderDelayP99Micros,
                            LOADER_DELAY_MICROS_MAX));
        }
    }

    /**
     * Looks at the rate.
     *
     * @param offered writes per second of the schedule, 0 for a closed loop
     * @param seconds that were measured
     */
    void judgeRate(double offered, double achieved, double seconds, Workload.Arrival arrival) {
        if (offered <= 0) {
            return;
        }
        double chance =
                arrival == Workload.Arrival.POISSON
                        ? POISSON_DEVIATIONS / Math.sqrt(offered * seconds)
                        : 0;
        if (achieved < offered * (ACHIEVED_SHARE_MIN - chance)
                || achieved > offered * (ACHIEVED_SHARE_MAX + chance)) {
            doubt(
                    String.format(
                            Locale.ROOT,
                            "achieved rate: %.0f/s (expected: %.0f/s as offered)",
                            achieved,
                            offered));
        }
    }

    /**
     * Looks at the memory that no part explains.
     *
     * @param kept what malloc kept, which is part of the peak unless a trim confirmed it; or null
     */
    void judgeRemainder(long peakBytes, long boundBytes, CellResult.Kept kept) {
        if (peakBytes > boundBytes) {
            doubt(
                    "unexplained memory: "
                            + mebibytes(peakBytes)
                            + " (expected: at most "
                            + mebibytes(boundBytes)
                            + ")"
                            + unconfirmed(kept));
        }
    }

    private static String unconfirmed(CellResult.Kept kept) {
        CellResult.Trim trim = kept == null ? null : kept.trim();
        if (trim == null || trim.confirmed()) {
            return "";
        }
        String why =
                trim.error() != null
                        ? "malloc could not be told to trim: " + trim.error()
                        : "a trim left " + mebibytes(trim.afterBytes());
        return ", "
                + mebibytes(kept.peakBytes())
                + " of it perhaps freed and kept by malloc, but "
                + why;
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
    }

    /** Looks at what was owed when measuring began. */
    void judgeStart(long debtMillis) {
        if (debtMillis > WarmUp.DEBT_MILLIS_MAX) {
            latencyDoubts.add(
                    "schedule: "
                            + debtMillis
                            + " ms behind as measuring began (expected: at most "
                            + WarmUp.DEBT_MILLIS_MAX
                            + "); latency is advisory");
        }
    }

    /** Looks at the load of others on the same cores. */
    void judgeMachine(Machine machine) {
        if (machine.isDisturbed()) {
            latencyDoubts.add(
                    String.format(
                            Locale.ROOT,
                            "foreign load: %.2f cores (expected: at most %.2f); latency is advisory",
                            machine.foreignCores(),
                            Machine.FOREIGN_CORES_MAX));
        }
    }

    CellResult.Verdict verdict() {
        List<String> reasons = new ArrayList<>(failures);
        reasons.addAll(doubts);
        reasons.addAll(latencyDoubts);
        CellResult.Status status = CellResult.Status.OK;
        if (!failures.isEmpty()) {
            status = CellResult.Status.FAILED;
        } else if (!doubts.isEmpty()) {
            status = CellResult.Status.SUSPECT;
        }
        return new CellResult.Verdict(status, !latencyDoubts.isEmpty(), reasons);
    }
}
