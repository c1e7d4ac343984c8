package io.replbuf.harness.report;

import java.util.Arrays;

/**
 * A line with further points on its straight stretches, close enough that two neighbours are about two pixels apart.
 *
 * @param x with the points added
 * @param y likewise; NaN stays a gap
 */
record Polyline(double[] x, double[] y) {
    /** Stretches over the whole width of the data; a chart is at most some 1,200 pixels wide. */
    private static final int STRETCHES = 160;

    private static final int PIECES_MAX = 160;

    static Polyline of(double[] x, double[] y, Axis xAxis, Axis yAxis) {
        if (x.length < 2) {
            return new Polyline(x, y);
        }
        double[] along = scaled(x, xAxis);
        double[] up = scaled(y, yAxis);
        double stretch = span(along) / STRETCHES;
        double rise = span(up) / STRETCHES;
        double[] denseX = new double[x.length * PIECES_MAX];
        double[] denseY = new double[denseX.length];
        int size = 0;
        for (int i = 0; i < x.length; i++) {
            int pieces =
                    i == 0 ? 1 : pieces(along[i] - along[i - 1], stretch, up[i] - up[i - 1], rise);
            for (int piece = 1; piece < pieces; piece++) {
                double share = (double) piece / pieces;
                denseX[size] = back(along[i - 1] + share * (along[i] - along[i - 1]), xAxis);
                denseY[size++] = back(up[i - 1] + share * (up[i] - up[i - 1]), yAxis);
            }
            denseX[size] = x[i];
            denseY[size++] = y[i];
        }
        return new Polyline(Arrays.copyOf(denseX, size), Arrays.copyOf(denseY, size));
    }

    private static int pieces(double dx, double stretch, double dy, double rise) {
        // Within one stretch a curve cannot be told from a line, however steep.
        if (Double.isNaN(dy) || !(Math.abs(dx) > stretch)) {
            return 1;
        }
        double wanted =
                Math.max(
                        stretch > 0 ? Math.abs(dx) / stretch : 0,
                        rise > 0 ? Math.abs(dy) / rise : 0);
        return (int) Math.max(1, Math.min(PIECES_MAX, Math.ceil(wanted)));
    }

    private static double[] scaled(double[] values, Axis axis) {
        double[] scaled = values.clone();
        if (axis.isLogarithmic()) {
            Arrays.setAll(scaled, i -> Math.log10(values[i]));
        }
        return scaled;
    }

    private static double back(double value, Axis axis) {
        return axis.isLogarithmic() ? Math.pow(10, value) : value;
    }

    private static double span(double[] values) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        return high > low ? high - low : 0;
    }
}
