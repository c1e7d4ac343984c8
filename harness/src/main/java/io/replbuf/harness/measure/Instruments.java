package io.replbuf.harness.measure;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the run's own instruments read at a server whose response times are known: {@code instruments.json}.
 *
 * @param schemaVersion version of this file's shape, {@link RunFiles#SCHEMA_VERSION}
 * @param target what was measured, in a few words
 * @param readings the percentiles that were compared
 * @param loaderDelayP99Micros how late the loader itself was
 */
public record Instruments(
        int schemaVersion, String target, List<Reading> readings, double loaderDelayP99Micros) {
    /** A reading may be off by this share of what is expected, or by {@link #TOLERANCE_MICROS} where that is more. */
    private static final double TOLERANCE_SHARE = 0.02;

    private static final double TOLERANCE_MICROS = 1_000;

    public Instruments {
        readings = List.copyOf(readings);
    }

    /**
     * One percentile of the response time.
     *
     * @param percent such as 99.9
     * @param expectedMicros as worked out
     * @param measuredMicros as measured
     */
    public record Reading(double percent, double expectedMicros, double measuredMicros) {
        @JsonIgnore
        boolean isWithin() {
            double tolerance = Math.max(TOLERANCE_MICROS, TOLERANCE_SHARE * expectedMicros);
            return Math.abs(measuredMicros - expectedMicros) <= tolerance;
        }

        private String words() {
            String name = percent == Math.rint(percent) ? "p%.0f" : "p%s";
            return String.format(Locale.ROOT, name, percent)
                    + String.format(
                            Locale.ROOT,
                            " %.1f ms (known: %.1f)",
                            measuredMicros / 1e3,
                            expectedMicros / 1e3);
        }
    }

    /** Whether every reading is within 2 % or 1 ms, whichever is larger. */
    @JsonIgnore
    public boolean isWithin() {
        return readings.stream().allMatch(Reading::isWithin);
    }

    /** Why no latency of the run may be used, or null. */
    public String doubt() {
        return isWithin() ? null : "instruments: " + words() + "; latency is advisory";
    }

    /** In one line. */
    public String words() {
        return target
                + ": "
                + readings.stream().map(Reading::words).collect(Collectors.joining(", "))
                + (isWithin() ? ", within" : ", not within")
                + String.format(
                        Locale.ROOT,
                        " 2 %% or 1 ms; the loader itself was %.2f ms late at p99",
                        loaderDelayP99Micros / 1e3);
    }
}
