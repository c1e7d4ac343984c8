package io.replbuf.harness.run;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.replica.FleetCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether a cell may be believed. Work that was not done fails it; a loader that was late makes its latencies advisory.
 */
final class Verdicts {
    /** Above this the loader's own lateness is no longer small beside what it measures. */
    static final double LOADER_DELAY_MICROS_MAX = 1_000;

    /** Below this share of the schedule another load was measured than the one asked for. */
    static final double ACHIEVED_SHARE_MIN = 0.999;

    private final List<String> failures = new ArrayList<>();
    private final List<String> doubts = new ArrayList<>();

    void fail(String reason) {
        failures.add(reason);
    }

    void doubt(String reason) {
        doubts.add(reason);
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

    /** Looks at the load. */
    void judge(
            double offered,
            double achieved,
            double loaderDelayP99Micros,
            long errors,
            String firstError) {
        if (errors > 0) {
            fail("writes: " + errors + " refused, first " + firstError);
        }
        if (offered > 0 && achieved < offered * ACHIEVED_SHARE_MIN) {
            doubt(
                    String.format(
                            Locale.ROOT,
                            "achieved rate: %.0f/s (expected: %.0f/s as offered)",
                            achieved,
                            offered));
        }
        if (loaderDelayP99Micros > LOADER_DELAY_MICROS_MAX) {
            doubt(
                    String.format(
                            Locale.ROOT,
                            "loader delay p99: %.0f us (expected: at most %.0f); latency is advisory",
                            loaderDelayP99Micros,
                            LOADER_DELAY_MICROS_MAX));
        }
    }

    /** Looks at the memory that nobody explains. */
    void judgeRemainder(long peakBytes, long boundBytes) {
        if (peakBytes > boundBytes) {
            fail(
                    "unexplained memory: "
                            + peakBytes
                            + " bytes (expected: at most "
                            + boundBytes
                            + ")");
        }
    }

    CellResult.Verdict verdict() {
        List<String> reasons = new ArrayList<>(failures);
        reasons.addAll(doubts);
        CellResult.Status status = CellResult.Status.OK;
        if (!failures.isEmpty()) {
            status = CellResult.Status.FAILED;
        } else if (!doubts.isEmpty()) {
            status = CellResult.Status.ADVISORY;
        }
        return new CellResult.Verdict(status, reasons);
    }
}
