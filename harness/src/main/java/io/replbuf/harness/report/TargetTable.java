package io.replbuf.harness.report;

import io.replbuf.harness.stats.Bootstrap;
import io.replbuf.harness.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * Judges figures against their targets and puts both into words, a row each, in the order in which they come.
 *
 * <p>A target is met or missed when the whole 95 % interval over processes lies on one side of it, and not distinguishable when
 * the interval contains it. A row is machine-bound where loader and replicas took more processor time than the server: there the
 * machine limits both sides, and a ratio says less than the same ratio elsewhere. Sides beside the
 * real server may be null, which means not measured, and make no row then.
 */
final class TargetTable {
    private final List<List<String>> rows = new ArrayList<>();

    static List<String> head() {
        return List.of(
                "row",
                "real server",
                "ours",
                "ratio or figure, 95 % interval",
                "target",
                "verdict");
    }

    List<List<String>> rows() {
        return List.copyOf(rows);
    }

    private void add(
            String what, String peer, String ours, String figure, String target, String verdict) {
        rows.add(List.of(what, peer, ours, figure, target, verdict));
    }

    // ---- rows with a target

    /** The ratio of ours to the real server's is to be at least {@code factor}. */
    void atLeast(String what, Sides sides, ToDoubleFunction<Cell> measure, double factor) {
        double[] ours = sides == null ? new double[0] : sides.ours(measure);
        double[] theirs = sides == null ? new double[0] : sides.others(measure);
        if (ours.length == 0 || theirs.length == 0) {
            return;
        }
        Interval ratio = Bootstrap.ratio(ours, theirs);
        add(
                what,
                median(theirs, Units::count),
                median(ours, Units::count),
                words(ratio, TargetTable::plain) + " ×",
                "≥ " + plain(factor) + " ×",
                verdict(ratio, factor, true, sides));
    }

    /** Ours is to be at most this much; the real server's stands beside it, with the ratio. */
    void atMost(
            String what, Sides sides, ToDoubleFunction<Cell> measure, double most, String unit) {
        if (sides != null) {
            atMost(what, sides, sides.others(measure), sides.ours(measure), most, unit);
        }
    }

    void atMost(
            String what, Sides sides, double[] theirs, double[] ours, double most, String unit) {
        atMost(what, sides, theirs, ours, most, unit, TargetTable::plain);
    }

    void atMost(
            String what,
            Sides sides,
            double[] theirs,
            double[] ours,
            double most,
            String unit,
            DoubleFunction<String> format) {
        if (ours.length == 0) {
            return;
        }
        Interval figure = Bootstrap.median(ours);
        boolean comparable = theirs.length > 0 && Arrays.stream(theirs).allMatch(v -> v > 0);
        String ratio =
                comparable
                        ? "; "
                                + words(Bootstrap.ratio(ours, theirs), TargetTable::plain)
                                + " × the real server's"
                        : "";
        add(
                what,
                median(theirs, format),
                median(ours, format),
                words(figure, format) + ratio,
                "≤ " + format.apply(most) + unit,
                verdict(figure, most, false, sides));
    }

    /** Ours is to be at most this much above the other side's, which is one of ours. */
    void aboveAtMost(
            String what, Sides sides, ToDoubleFunction<Cell> measure, double most, String unit) {
        double[] added = sides.above(measure);
        if (added.length == 0) {
            return;
        }
        Interval figure = Bootstrap.median(added);
        add(
                what,
                median(sides.others(measure)),
                median(sides.ours(measure)),
                words(figure, TargetTable::plain),
                "≤ " + plain(most) + unit,
                verdict(figure, most, false, sides));
    }

    /**
     * Ours is to be at most {@code factor} times the other side's, which is one of ours.
     *
     * @param other what that is called
     * @param why the factor may be above one
     */
    void timesAtMost(
            String what,
            Sides sides,
            ToDoubleFunction<Cell> measure,
            String other,
            double factor,
            String why) {
        double[] ours = sides.ours(measure);
        double[] others = sides.others(measure);
        if (ours.length == 0 || others.length == 0) {
            return;
        }
        Interval ratio = Bootstrap.ratio(ours, others);
        add(
                what,
                Units.NONE,
                median(ours),
                words(ratio, TargetTable::plain) + " × " + other + "'s " + median(others),
                "≤ " + plain(factor) + " × (" + why + ")",
                verdict(ratio, factor, false, sides));
    }

    private static String verdict(Interval value, double target, boolean atLeast, Sides sides) {
        double low = value.isKnown() ? value.low() : value.estimate();
        double high = value.isKnown() ? value.high() : value.estimate();
        String word;
        if (atLeast ? low >= target : high <= target) {
            word = "met";
        } else if (atLeast ? high < target : low > target) {
            word = "missed";
        } else {
            word = "not distinguishable";
        }
        return word
                + (value.isKnown() ? "" : ", one process")
                + (sides.machineBound() ? ", machine-bound" : "");
    }

    // ---- rows without a target

    void shown(String what, Sides sides, ToDoubleFunction<Cell> measure) {
        shown(what, sides, measure, "", "reported");
    }

    void shown(
            String what,
            Sides sides,
            ToDoubleFunction<Cell> measure,
            String unit,
            String inPlaceOfTarget) {
        if (sides != null) {
            String ours = median(sides.ours(measure), value -> plain(value) + unit);
            add(what, Units.NONE, ours, "", inPlaceOfTarget, "shown");
        }
    }

    void shown(String what, double[] ours) {
        add(what, Units.NONE, median(ours), "", "reported", "shown");
    }

    /** Beside the real server's. */
    void shownBeside(
            String what, Sides sides, ToDoubleFunction<Cell> measure, String inPlaceOfTarget) {
        if (sides != null) {
            String theirs = median(sides.others(measure));
            String ours = median(sides.ours(measure));
            add(what, theirs, ours, "", inPlaceOfTarget, "shown");
        }
    }

    // ---- words

    static String median(double[] values) {
        return median(values, TargetTable::plain);
    }

    private static String median(double[] values, DoubleFunction<String> format) {
        return values.length == 0 ? Units.NONE : format.apply(Bootstrap.medianOf(values));
    }

    private static String words(Interval interval, DoubleFunction<String> format) {
        return interval.isKnown()
                ? format.apply(interval.estimate())
                        + " ("
                        + format.apply(interval.low())
                        + " to "
                        + format.apply(interval.high())
                        + ")"
                : format.apply(interval.estimate());
    }

    /** For figures that differ from their target by a block, where three digits would show none. */
    static String hundredths(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String plain(double value) {
        return value >= 1_000
                ? Units.count(value)
                : value == 0 ? "0" : String.format(Locale.ROOT, "%.3g", value);
    }
}
