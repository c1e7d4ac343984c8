package io.replbuf.harness.report;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A heat map's cells sorted by shade: two states of a replica without a place, no lag, and steps of lag.
 *
 * <p>All rectangles of a shade are one polygon: from each rectangle the outline goes back to one and the same corner on the way that it
 * came, which encloses nothing.
 */
final class HeatShades {
    /** What is this small a share of the darkest counts as none. */
    private static final double NONE_SHARE = 0.01;

    /** A hair's breadth of a row over the next, against seams between rectangles of one shade. */
    private static final double OVERLAP = 0.02;

    /** From orange to near black: lightness falls all the way, so that grey print keeps the order. */
    private static final Color[] STEPS = {
        new Color(0xfde0b8),
        new Color(0xfdbb75),
        new Color(0xf1874b),
        new Color(0xc51b4e),
        new Color(0x3b0f4f)
    };

    private static final Color NONE = new Color(0xdbe4ea);
    private static final Color SNAPSHOT = new Color(0x7cc7bd);
    private static final Color AWAY = new Color(0xffffff);

    /** One shade: its name in the legend and its polygon. */
    record Layer(String name, Color color, double[] x, double[] y) {}

    private HeatShades() {}

    /** Shades that the figure has, those of the states first. */
    static List<Layer> layers(Figure.Heat figure) {
        List<Layer> layers = new ArrayList<>();
        for (int shade = 0; shade < STEPS.length + 3; shade++) {
            Layer layer = layer(figure, shade);
            if (layer != null) {
                layers.add(layer);
            }
        }
        return layers;
    }

    /** Every shade, whether a figure has it or not, for one legend over a row of figures. */
    static List<Layer> legend(Figure.Heat figure) {
        List<Layer> all = new ArrayList<>();
        for (int shade = 0; shade < STEPS.length + 3; shade++) {
            all.add(new Layer(name(figure, shade), color(shade), new double[0], new double[0]));
        }
        return all;
    }

    private static Layer layer(Figure.Heat figure, int shade) {
        double[] columns = figure.columns();
        double step = columns.length < 2 ? 1 : columns[1] - columns[0];
        List<double[]> points = new ArrayList<>();
        double[] corner = {columns[0], -0.5};
        points.add(corner);
        for (int row = 0; row < figure.rows().length; row++) {
            for (int from = 0; from < columns.length; from++) {
                int to = from;
                while (to < columns.length && shade(figure, to, row) == shade) {
                    to++;
                }
                if (to > from) {
                    double left = columns[from];
                    double right = to < columns.length ? columns[to] : columns[to - 1] + step;
                    double low = row - 0.5;
                    double high = row + 0.5 + (row + 1 < figure.rows().length ? OVERLAP : 0);
                    points.add(new double[] {left, low});
                    points.add(new double[] {right, low});
                    points.add(new double[] {right, high});
                    points.add(new double[] {left, high});
                    points.add(new double[] {left, low});
                    points.add(corner);
                    from = to;
                }
            }
        }
        return points.size() == 1
                ? null
                : new Layer(
                        name(figure, shade),
                        color(shade),
                        points.stream().mapToDouble(point -> point[0]).toArray(),
                        points.stream().mapToDouble(point -> point[1]).toArray());
    }

    private static int shade(Figure.Heat figure, int column, int row) {
        double value = figure.cells()[column][row];
        if (Double.isNaN(value) || value == Figure.Heat.AWAY) {
            return 0;
        }
        if (value == Figure.Heat.SNAPSHOT) {
            return 1;
        }
        if (value <= NONE_SHARE * figure.max()) {
            return 2;
        }
        int step = (int) Math.ceil(value / figure.max() * STEPS.length);
        return 2 + Math.max(1, Math.min(STEPS.length, step));
    }

    private static Color color(int shade) {
        return switch (shade) {
            case 0 -> AWAY;
            case 1 -> SNAPSHOT;
            case 2 -> NONE;
            default -> STEPS[shade - 3];
        };
    }

    private static String name(Figure.Heat figure, int shade) {
        return switch (shade) {
            case 0 -> "away";
            case 1 -> "being sent a snapshot";
            case 2 -> "no lag";
            default ->
                    String.format(
                            Locale.ROOT,
                            "up to %s %s",
                            Units.tick(figure.max() * (shade - 2) / STEPS.length),
                            figure.unit());
        };
    }
}
