package io.replbuf.harness.report;

import io.replbuf.harness.stats.NoiseFloor;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One strategy under two labels, the second of which ends in {@code -again}: what differs between them is noise.
 *
 * <p>A suite runs such a pair in some of its scenarios. Where a scenario has none, the widest band of the run stands in for its own.
 */
final class AaPair {
    private static final String AGAIN = "-again";

    private AaPair() {}

    static boolean isAgain(String strategy) {
        return strategy.endsWith(AGAIN);
    }

    /** The band of one measure at a point; that of the other scenarios where it has no pair, unknown where there is none. */
    static NoiseFloor floor(Run run, Group.Point point, ToDoubleFunction<Cell> measure) {
        NoiseFloor own = of(point, measure);
        if (own.isKnown()) {
            return own;
        }
        NoiseFloor widest = NoiseFloor.UNKNOWN;
        for (Group group : run.groups()) {
            for (Group.Point other : group.points()) {
                widest = widest.or(of(other, measure));
            }
        }
        return widest;
    }

    /** The band of one measure from the pairs at a point; unknown where it has none. */
    static NoiseFloor of(Group.Point point, ToDoubleFunction<Cell> measure) {
        NoiseFloor widest = NoiseFloor.UNKNOWN;
        for (Group.Arm again : point.arms()) {
            if (isAgain(again.strategy())) {
                widest = widest.or(of(first(point, again), again, measure));
            }
        }
        return widest;
    }

    /** The arm of which this one is the second; null where that is missing. */
    static Group.Arm first(Group.Point point, Group.Arm again) {
        String strategy = again.strategy();
        return point.arm(strategy.substring(0, strategy.length() - AGAIN.length()));
    }

    private static NoiseFloor of(Group.Arm first, Group.Arm again, ToDoubleFunction<Cell> measure) {
        if (first == null) {
            return NoiseFloor.UNKNOWN;
        }
        List<Integer> both =
                first.cells().stream()
                        .map(cell -> cell.result.repetition())
                        .filter(number -> again.repetition(number) != null)
                        .toList();
        double[] one = values(first, both, measure);
        double[] other = values(again, both, measure);
        boolean measured =
                one.length > 0
                        && Arrays.stream(one).allMatch(v -> v > 0)
                        && Arrays.stream(other).allMatch(v -> v > 0);
        return measured ? NoiseFloor.of(other, one) : NoiseFloor.UNKNOWN;
    }

    private static double[] values(
            Group.Arm arm, List<Integer> repetitions, ToDoubleFunction<Cell> measure) {
        return repetitions.stream()
                .mapToDouble(number -> measure.applyAsDouble(arm.repetition(number)))
                .toArray();
    }
}
