package io.replbuf.harness.report;

/**
 * An axis: what it measures, in which unit, from where to where.
 *
 * @param title quantity and unit, e.g. {@code memory (MiB)}
 * @param min lower end, NaN to take it from the data
 * @param max upper end, NaN to take it from the data
 */
record Axis(String title, Scale scale, double min, double max) {
    /** How values are laid out along the axis. */
    enum Scale {
        LINEAR,
        /** Powers of ten of a microsecond; ticks are named in the unit that fits them. */
        LOG_MICROS,
        /** 0 is a partial resync, 1 a full one; nothing between has a name. */
        PARTIAL_OR_FULL,
        /** Values are {@code log10(1 / (1 - p))}: 1 is the 90th percentile, 2 the 99th, 3 the 99.9th. */
        PERCENTILE
    }

    static Axis linear(String title) {
        return new Axis(title, Scale.LINEAR, Double.NaN, Double.NaN);
    }

    static Axis fromZero(String title) {
        return new Axis(title, Scale.LINEAR, 0, Double.NaN);
    }

    static Axis logMicros(String title) {
        return new Axis(title, Scale.LOG_MICROS, Double.NaN, Double.NaN);
    }

    boolean isLogarithmic() {
        return scale == Scale.LOG_MICROS;
    }

    Axis upTo(double limit) {
        return new Axis(title, scale, min, limit);
    }

    Axis from(double limit) {
        return new Axis(title, scale, limit, max);
    }
}
