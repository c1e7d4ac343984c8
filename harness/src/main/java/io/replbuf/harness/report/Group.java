package io.replbuf.harness.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * The cells of one scenario, sorted the way in which they are compared: points of the matrix, in each the arms, in each the
 * repetitions.
 */
record Group(String scenario, List<Point> points) {
    /** One point of the matrix. {@code label} names what varies, as {@code N = 8, rate = 20,000}. */
    record Point(String label, String slug, List<Arm> arms) {
        int replicas() {
            return arms.get(0).cells().get(0).replicas();
        }

        Arm arm(String strategy) {
            return arms.stream()
                    .filter(arm -> arm.strategy().equals(strategy))
                    .findFirst()
                    .orElse(null);
        }

        /** Which repetitions charts over time show, for their titles. */
        String drawn() {
            int most = arms.stream().mapToInt(Arm::trials).max().orElse(0);
            return most == 1
                    ? "1 trial"
                    : cells().stream().anyMatch(Cell::archived)
                            ? "first repetition"
                            : "the middle one of " + most + " trials";
        }

        List<Cell> cells() {
            return arms.stream().flatMap(arm -> arm.cells().stream()).toList();
        }
    }

    /** One strategy at one point: its repetitions, in order. */
    record Arm(String strategy, List<Cell> cells) {
        /** With the mark of suspect cells. */
        String name() {
            return mark().isEmpty() ? strategy : strategy + " " + mark();
        }

        Look look() {
            return Look.of(strategy);
        }

        int trials() {
            return cells.size();
        }

        /** Stands behind every number of an arm of which a cell is suspect; empty for all others. */
        String mark() {
            return cells.stream().anyMatch(Cell::suspect) ? Marks.SUSPECT : "";
        }

        /** The cell of a repetition, or null where it failed or was not run. */
        Cell repetition(int number) {
            return cells.stream()
                    .filter(cell -> cell.result.repetition() == number)
                    .findFirst()
                    .orElse(null);
        }

        /** The values that were measured, one a repetition. */
        double[] values(ToDoubleFunction<Cell> value) {
            return cells.stream().mapToDouble(value).filter(v -> !Double.isNaN(v)).toArray();
        }

        double median(ToDoubleFunction<Cell> value) {
            double[] sorted = values(value);
            if (sorted.length == 0) {
                return Double.NaN;
            }
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1
                    ? sorted[middle]
                    : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        /** Half the distance from the smallest to the largest repetition. */
        double halfSpread(ToDoubleFunction<Cell> value) {
            double[] values = values(value);
            if (values.length < 2) {
                return 0;
            }
            return (Arrays.stream(values).max().getAsDouble()
                            - Arrays.stream(values).min().getAsDouble())
                    / 2;
        }

        /** The repetition that stands for the others: the one with the middle peak. */
        Cell typical() {
            return middle(cells);
        }

        /** The repetition that charts over time show: the typical one, or of an archived run that which has its series. */
        Cell drawn() {
            List<Cell> whole = cells.stream().filter(cell -> !cell.archived()).toList();
            return middle(whole.isEmpty() ? cells : whole);
        }

        private static Cell middle(List<Cell> cells) {
            List<Cell> sorted = new ArrayList<>(cells);
            sorted.sort(
                    Comparator.comparingDouble(Cell::peakRetained)
                            .thenComparingInt(c -> c.result.repetition()));
            return sorted.get((sorted.size() - 1) / 2);
        }
    }

    List<String> strategies() {
        TreeSet<String> names = new TreeSet<>(Look.order());
        points.forEach(point -> point.arms().forEach(arm -> names.add(arm.strategy())));
        return List.copyOf(names);
    }

    List<Cell> cells() {
        return points.stream().flatMap(point -> point.cells().stream()).toList();
    }

    /** The point with the most replicas, which is where strategies part. */
    Point largest() {
        return points.stream().max(Comparator.comparingInt(Point::replicas)).orElseThrow();
    }

    /** Sorts a run's cells; scenarios in the order in which the run met them. */
    static List<Group> of(List<Cell> cells) {
        Map<String, List<Cell>> byScenario = new LinkedHashMap<>();
        cells.forEach(
                cell ->
                        byScenario
                                .computeIfAbsent(cell.scenario(), name -> new ArrayList<>())
                                .add(cell));
        List<Group> groups = new ArrayList<>();
        byScenario.forEach((name, members) -> groups.add(new Group(name, points(members))));
        return groups;
    }

    private static List<Point> points(List<Cell> cells) {
        List<String> varying = varying(cells);
        Comparator<Cell> order = (a, b) -> 0;
        for (String name : varying) {
            order = order.thenComparingDouble(cell -> cell.result.parameter(name, 0));
        }
        List<Cell> sorted = new ArrayList<>(cells);
        sorted.sort(order);
        Map<String, List<Cell>> byLabel = new LinkedHashMap<>();
        sorted.forEach(
                cell ->
                        byLabel.computeIfAbsent(label(cell, varying), l -> new ArrayList<>())
                                .add(cell));
        List<Point> points = new ArrayList<>();
        byLabel.forEach(
                (label, members) -> points.add(new Point(label, slug(label), arms(members))));
        return points;
    }

    private static List<Arm> arms(List<Cell> cells) {
        Map<String, List<Cell>> byStrategy = new TreeMap<>(Look.order());
        cells.forEach(
                cell ->
                        byStrategy
                                .computeIfAbsent(cell.strategy(), s -> new ArrayList<>())
                                .add(cell));
        List<Arm> arms = new ArrayList<>();
        byStrategy.forEach(
                (strategy, members) -> {
                    members.sort(Comparator.comparingInt(cell -> cell.result.repetition()));
                    arms.add(new Arm(strategy, List.copyOf(members)));
                });
        return arms;
    }

    /**
     * Parameters that part the cells of one arm; replicas first, since most charts are drawn over them. One that says the same
     * as those before it (a path of the scenario file beside its short name, a rate beside the stream's) is left out.
     */
    private static List<String> varying(List<Cell> cells) {
        TreeSet<String> names =
                new TreeSet<>(
                        Comparator.<String>comparingInt(Group::rank)
                                .thenComparing(Comparator.naturalOrder()));
        cells.forEach(cell -> names.addAll(cell.result.parameters().keySet()));
        Map<String, List<Cell>> byArm = new TreeMap<>();
        cells.forEach(
                cell -> byArm.computeIfAbsent(cell.strategy(), arm -> new ArrayList<>()).add(cell));
        List<String> kept = new ArrayList<>();
        for (String name : names) {
            List<String> more = new ArrayList<>(kept);
            more.add(name);
            if (byArm.values().stream()
                    .anyMatch(arm -> distinct(arm, more) > distinct(arm, kept))) {
                kept.add(name);
            }
        }
        return kept;
    }

    private static int rank(String parameter) {
        return switch (parameter) {
            case "replicas" -> 0;
            case "rate" -> 1;
            case "valueBytes" -> 2;
            default -> parameter.contains(".") ? 4 : 3;
        };
    }

    private static long distinct(List<Cell> cells, List<String> names) {
        return cells.stream()
                .map(
                        cell ->
                                names.stream()
                                        .map(
                                                name ->
                                                        String.valueOf(
                                                                cell.result.parameters().get(name)))
                                        .toList())
                .distinct()
                .count();
    }

    private static String label(Cell cell, List<String> varying) {
        if (varying.isEmpty()) {
            return "N = " + cell.replicas();
        }
        List<String> parts = new ArrayList<>();
        if (!varying.contains("replicas")) {
            parts.add("N = " + cell.replicas());
        }
        for (String name : varying) {
            Object value = cell.result.parameters().get(name);
            String text =
                    value instanceof Number number
                            ? Units.tick(number.doubleValue())
                            : String.valueOf(value);
            parts.add((name.equals("replicas") ? "N" : name) + " = " + text);
        }
        return String.join(", ", parts);
    }

    private static String slug(String label) {
        return label.toLowerCase(java.util.Locale.ROOT)
                .replace(" = ", "")
                .replaceAll("[^a-z0-9]+", "-");
    }
}
