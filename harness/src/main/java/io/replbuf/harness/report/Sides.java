package io.replbuf.harness.report;

import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Our arm at one point of a scenario, and the arm that it is held against.
 *
 * @param other mostly the real server's, and null where that did not run; else another of ours
 */
record Sides(Group.Arm other, Group.Arm ours) {
    static final String PEER = "redis-7.0";

    /** Fits any number of replicas. */
    static final int ANY_REPLICAS = -1;

    /** Fits any length of values. */
    static final int ANY_BYTES = 0;

    /**
     * Our arm beside the real server's.
     *
     * @return null when the run did not measure ours
     */
    static Sides find(Run run, String scenario, int replicas, int valueBytes, String ours) {
        Group group = run.group(scenario);
        if (group == null) {
            return null;
        }
        for (Group.Point point : group.points()) {
            Group.Arm arm = point.arm(ours);
            if (arm != null
                    && (replicas == ANY_REPLICAS || point.replicas() == replicas)
                    && (valueBytes == ANY_BYTES || valueBytes(arm) == valueBytes)) {
                return new Sides(point.arm(PEER), arm);
            }
        }
        return null;
    }

    private static double valueBytes(Group.Arm arm) {
        return arm.cells().get(0).result.parameter("valueBytes", 0);
    }

    /** Our first cell, for what all of them were configured with. */
    Cell first() {
        return ours.cells().get(0);
    }

    double[] ours(ToDoubleFunction<Cell> measure) {
        return values(ours, measure);
    }

    /** None where there is no other side. */
    double[] others(ToDoubleFunction<Cell> measure) {
        return values(other, measure);
    }

    /** How much more ours have, repetition by repetition. */
    double[] above(ToDoubleFunction<Cell> measure) {
        return pairs(
                ours, other, (one, its) -> measure.applyAsDouble(one) - measure.applyAsDouble(its));
    }

    /** One value for each repetition of which both cells count, and that has one; none without either arm. */
    static double[] pairs(Group.Arm one, Group.Arm other, ToDoubleBiFunction<Cell, Cell> measure) {
        if (one == null || other == null) {
            return new double[0];
        }
        return one.cells().stream()
                .filter(cell -> other.repetition(cell.result.repetition()) != null)
                .mapToDouble(
                        cell ->
                                measure.applyAsDouble(
                                        cell, other.repetition(cell.result.repetition())))
                .filter(Double::isFinite)
                .toArray();
    }

    /** One value for each cell that has one; none without an arm. */
    static double[] values(Group.Arm arm, ToDoubleFunction<Cell> measure) {
        if (arm == null) {
            return new double[0];
        }
        return arm.cells().stream().mapToDouble(measure).filter(Double::isFinite).toArray();
    }

    /** Whether on one side loader and replicas mostly took more processor time than the server. */
    boolean machineBound() {
        return machineBound(ours) || (other != null && machineBound(other));
    }

    private static boolean machineBound(Group.Arm arm) {
        return arm.cells().stream().filter(Threats::machineBound).count() * 2 > arm.trials();
    }
}
