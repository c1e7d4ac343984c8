package io.replbuf.harness.report;

import java.util.Arrays;
import java.util.List;

/**
 * A chart as data, before anything is drawn: a pure function of a run's folder, and what tests compare.
 *
 * <p>{@code id} names the files {@code charts/<id>.svg} and {@code .png}; {@code title} says scenario, strategy and trials;
 * {@code caption} is the sentence under the chart that says how to read it.
 */
sealed interface Figure {
    String id();

    String title();

    String caption();

    /** Curves, bands and points over two numeric axes, painted in order. */
    record Lines(
            String id, String title, String caption, Axis x, Axis y, List<Series> series, Size size)
            implements Figure {}

    /** Bars per category, stacked or side by side. */
    record Bars(
            String id,
            String title,
            String caption,
            Axis x,
            Axis y,
            List<String> categories,
            List<BarSeries> series,
            boolean stacked,
            Size size)
            implements Figure {
        /** The tallest bar, or stack of bars. */
        double tallest() {
            double tallest = 0;
            for (int category = 0; category < categories.size(); category++) {
                double sum = 0;
                for (BarSeries one : series) {
                    double value = one.values()[category];
                    sum = Double.isNaN(value) ? sum : stacked ? sum + value : Math.max(sum, value);
                    if (one.hasIntervals() && one.high()[category] > sum) {
                        sum = one.high()[category];
                    }
                }
                tallest = Math.max(tallest, sum);
            }
            return tallest;
        }
    }

    /**
     * A field of cells coloured by value.
     *
     * @param x centre of each column
     * @param y centre of each row
     * @param cells {@code cells[column][row]}, {@link #AWAY} or {@link #SNAPSHOT} where a replica has no place, NaN where nothing was
     *     measured
     * @param unit of the cells
     * @param max the value that has the darkest colour, equal for charts that are to be compared
     */
    record Heat(
            String id,
            String title,
            String caption,
            Axis x,
            Axis y,
            double[] columns,
            double[] rows,
            double[][] cells,
            String unit,
            double max,
            Size size)
            implements Figure {
        /** The replica is away. */
        static final double AWAY = -1;

        /** The replica is being sent a snapshot. */
        static final double SNAPSHOT = -2;
    }

    /**
     * One series.
     *
     * @param y may hold NaN for a gap; for a band its upper edge
     * @param low lower edge of a band, empty for all other kinds
     * @param spread half an error bar's length for each point, or empty
     * @param legend whether the legend names it
     */
    record Series(
            String name,
            Look look,
            Kind kind,
            double[] x,
            double[] y,
            double[] low,
            double[] spread,
            boolean legend) {
        private static final double[] NONE = {};

        public Series {
            for (double[] other :
                    List.of(y, low.length == 0 ? x : low, spread.length == 0 ? x : spread)) {
                if (other.length != x.length) {
                    throw new IllegalArgumentException(
                            "points of "
                                    + name
                                    + ": "
                                    + other.length
                                    + " (expected: "
                                    + x.length
                                    + ")");
                }
            }
        }

        static Series of(String name, Look look, Kind kind, double[] x, double[] y) {
            return new Series(name, look, kind, x, y, NONE, NONE, true);
        }

        /** The same without an entry in the legend. */
        static Series unlisted(String name, Look look, Kind kind, double[] x, double[] y) {
            return new Series(name, look, kind, x, y, NONE, NONE, false);
        }

        static Series band(String name, Look look, double[] x, double[] low, double[] high) {
            return new Series(name, look, Kind.BAND, x, high, low, NONE, true);
        }

        /** The closed form beside a strategy's points: its colour, thin dots, not in the legend but in the caption. */
        static Series model(String strategy, double[] x, double[] y) {
            return new Series(
                    strategy + " (model)",
                    Look.of(strategy).asModel(),
                    Kind.LINE,
                    x,
                    y,
                    NONE,
                    NONE,
                    false);
        }

        /** With gaps where it lies below an axis. */
        Series above(double floor) {
            double[] cut = y.clone();
            Arrays.setAll(cut, i -> cut[i] < floor ? Double.NaN : cut[i]);
            return new Series(name, look, kind, x, cut, low, spread, legend);
        }

        /** Not in the legend. */
        Series unnamed() {
            return new Series(name, look, kind, x, y, low, spread, false);
        }

        Series withSpread(double[] halves) {
            return new Series(name, look, kind, x, y, low, halves, legend);
        }

        boolean isEmpty() {
            return Arrays.stream(y).allMatch(Double::isNaN);
        }
    }

    /** Whether there is anything to see: a series of gaps would leave an axis without numbers. */
    default boolean isEmpty() {
        if (this instanceof Lines lines) {
            return lines.series().stream().allMatch(Series::isEmpty);
        }
        if (this instanceof Bars bars) {
            return bars.series().stream()
                    .flatMapToDouble(series -> Arrays.stream(series.values()))
                    .allMatch(Double::isNaN);
        }
        return ((Heat) this).columns().length == 0;
    }

    /**
     * One value per category; NaN for none.
     *
     * @param low lower end of each value's interval, NaN for none; empty when no value has one
     * @param high upper end likewise
     */
    record BarSeries(String name, Look look, double[] values, double[] low, double[] high) {
        BarSeries(String name, Look look, double[] values) {
            this(name, look, values, new double[0], new double[0]);
        }

        boolean hasIntervals() {
            return Arrays.stream(low).anyMatch(value -> !Double.isNaN(value));
        }
    }

    /** How a series is drawn. */
    enum Kind {
        LINE,
        /** Filled between two edges: a layer of a stack. */
        BAND,
        POINTS,
        LINE_AND_POINTS
    }

    /** Size of a chart in CSS pixels. */
    enum Size {
        /** One of three in a row. */
        SMALL(430, 320),
        /** One of two in a row. */
        MEDIUM(640, 380),
        /** Alone in its row. */
        WIDE(1290, 420);

        final int width;
        final int height;

        Size(int width, int height) {
            this.width = width;
            this.height = height;
        }
    }
}
