package io.replbuf.harness.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Gives a {@link Figure} to XChart: one house style, no data of its own.
 *
 * <p>Headless; needs a font (see {@link Fonts}).
 */
final class FigurePainter {
    private static final Color GRID = new Color(0xe4e7eb);
    private static final Color AXIS = new Color(0x8c959f);

    private final String fontFamily;

    FigurePainter(String fontFamily) {
        this.fontFamily = fontFamily;
    }

    /** The chart with its legend, as a file of its own needs it. */
    Chart<?, ?> paint(Figure figure) {
        return paint(figure, true);
    }

    /** The chart without a legend where the page has one for the whole row. */
    Chart<?, ?> paintForPage(Figure figure) {
        return paint(figure, !Legend.isShared(figure));
    }

    private Chart<?, ?> paint(Figure figure, boolean legend) {
        if (figure instanceof Figure.Lines lines) {
            Figure.Size size = lines.size();
            // A small chart has room for its legend beside it only when it stands alone.
            int width = size == Figure.Size.SMALL && legend ? size.width + 200 : size.width;
            XYChart chart = lines(lines, width);
            legend(chart.getStyler(), lines.size(), Legend.names(figure), legend);
            return chart;
        }
        if (figure instanceof Figure.Bars bars) {
            CategoryChart chart = bars(bars);
            List<String> names = Legend.names(figure);
            // Bars that stand for the categories themselves are named below the axis already.
            legend(
                    chart.getStyler(),
                    bars.size(),
                    names,
                    legend && !names.equals(bars.categories()));
            return chart;
        }
        Figure.Heat heat = (Figure.Heat) figure;
        XYChart chart = heat(heat, legend ? heat.size().width + 200 : heat.size().width);
        legend(chart.getStyler(), heat.size(), Legend.names(figure), legend);
        return chart;
    }

    /** Below the chart in one row where the names fit, else beside it; XChart does not break rows. */
    private static void legend(
            Styler styler, Figure.Size size, List<String> names, boolean visible) {
        int wanted = names.stream().mapToInt(name -> 44 + (int) (name.length() * 6.6)).sum();
        boolean row = wanted < size.width - 40;
        styler.setLegendVisible(visible);
        styler.setLegendPosition(
                row ? Styler.LegendPosition.OutsideS : Styler.LegendPosition.OutsideE);
        styler.setLegendLayout(row ? Styler.LegendLayout.Horizontal : Styler.LegendLayout.Vertical);
    }

    private XYChart lines(Figure.Lines figure, int width) {
        XYChart chart = new XYChartBuilder().width(width).height(figure.size().height).build();
        chart.setTitle(figure.title());
        XYStyler styler = chart.getStyler();
        house(styler, figure.size());
        chart.setXAxisTitle(figure.x().title());
        chart.setYAxisTitle(figure.y().title());
        horizontal(chart, figure.x());
        vertical(styler, figure.y());
        for (Figure.Series series : figure.series()) {
            if (!series.isEmpty()) {
                add(chart, series, figure.x(), figure.y());
            }
        }
        freeTicks(chart, figure);
        return chart;
    }

    private static void add(XYChart chart, Figure.Series series, Axis xAxis, Axis yAxis) {
        Look look = series.look();
        XYSeries drawn =
                switch (series.kind()) {
                    case BAND -> band(chart, series);
                    case LINE -> line(chart, series, xAxis, yAxis);
                    case POINTS, LINE_AND_POINTS -> points(chart, series);
                };
        drawn.setLineColor(look.color());
        drawn.setMarkerColor(look.color());
        drawn.setShowInLegend(series.legend());
    }

    /**
     * Keeps ticks at round numbers: where all points lie equally far apart XChart puts ticks on points, so one point that nobody
     * sees stands elsewhere.
     */
    private static void freeTicks(XYChart chart, Figure.Lines figure) {
        for (Figure.Series series : figure.series()) {
            for (int i = 0; i < series.x().length; i++) {
                if (!Double.isNaN(series.y()[i])) {
                    double span = series.x()[series.x().length - 1] - series.x()[0];
                    double[] x = {series.x()[0] + 0.3779 * span};
                    XYSeries unseen = chart.addSeries("ticks", x, new double[] {series.y()[i]});
                    unseen.setMarker(SeriesMarkers.NONE);
                    unseen.setLineStyle(SeriesLines.NONE);
                    unseen.setShowInLegend(false);
                    return;
                }
            }
        }
    }

    /** A layer of a stack as a polygon: along its upper edge and back along its lower one. */
    private static XYSeries band(XYChart chart, Figure.Series series) {
        int count = series.x().length;
        double[] x = new double[2 * count];
        double[] y = new double[2 * count];
        for (int i = 0; i < count; i++) {
            x[i] = series.x()[i];
            y[i] = series.y()[i];
            x[2 * count - 1 - i] = series.x()[i];
            y[2 * count - 1 - i] = series.low()[i];
        }
        XYSeries drawn = chart.addSeries(series.name(), x, y);
        drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
        drawn.setFillColor(series.look().color());
        drawn.setMarker(SeriesMarkers.NONE);
        // An outline would be drawn piece by piece and make the file ten times as long.
        drawn.setLineStyle(SeriesLines.NONE);
        return drawn;
    }

    /**
     * XChart strokes a plain line segment by segment, so that a dash never gets beyond its first stroke; a smooth one is a single
     * path. It is made straight again by points so close that a curve between them has no room.
     */
    private static XYSeries line(XYChart chart, Figure.Series series, Axis xAxis, Axis yAxis) {
        Polyline dense = Polyline.of(series.x(), series.y(), xAxis, yAxis);
        XYSeries drawn = chart.addSeries(series.name(), dense.x(), dense.y());
        drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        drawn.setSmooth(true);
        drawn.setMarker(SeriesMarkers.NONE);
        Look.Dash dash = series.look().dash();
        drawn.setLineStyle(stroke(dash, dash == Look.Dash.DOTTED ? 1.5f : 2.0f));
        return drawn;
    }

    private static XYSeries points(XYChart chart, Figure.Series series) {
        XYSeries drawn =
                series.spread().length == 0
                        ? chart.addSeries(series.name(), series.x(), series.y())
                        : chart.addSeries(series.name(), series.x(), series.y(), series.spread());
        boolean joined = series.kind() == Figure.Kind.LINE_AND_POINTS;
        drawn.setXYSeriesRenderStyle(
                joined ? XYSeries.XYSeriesRenderStyle.Line : XYSeries.XYSeriesRenderStyle.Scatter);
        drawn.setLineStyle(stroke(series.look().dash(), 1.6f));
        drawn.setMarker(marker(series.look().mark()));
        return drawn;
    }

    /** Half the interval on either side: XChart draws whiskers of equal length, so the longer half stands for both. */
    private static List<Double> errors(Figure.BarSeries series) {
        List<Double> errors = new ArrayList<>();
        for (int i = 0; i < series.values().length; i++) {
            double half =
                    Math.max(
                            series.high()[i] - series.values()[i],
                            series.values()[i] - series.low()[i]);
            errors.add(Double.isNaN(half) ? 0.0 : half);
        }
        return errors;
    }

    private CategoryChart bars(Figure.Bars figure) {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(figure.size().width)
                        .height(figure.size().height)
                        .build();
        chart.setTitle(figure.title());
        CategoryStyler styler = chart.getStyler();
        house(styler, figure.size());
        chart.setXAxisTitle(figure.x().title());
        chart.setYAxisTitle(figure.y().title());
        vertical(styler, figure.y().upTo(Math.max(1, figure.tallest() * 1.08)));
        styler.setStacked(figure.stacked());
        styler.setAvailableSpaceFill(figure.categories().size() > 8 ? 0.75 : 0.55);
        styler.setLabelsVisible(true);
        styler.setLabelsFont(font(Font.PLAIN, 10));
        styler.setLabelsFontColorAutomaticEnabled(figure.stacked());
        styler.setLabelsPosition(figure.stacked() ? 0.5 : 1.0);
        styler.setDecimalPattern("#,##0.##");
        if (figure.categories().size() > 6) {
            styler.setXAxisLabelRotation(35);
        }
        // In a bar's own colour the lower half of a whisker could not be seen.
        styler.setErrorBarsColorSeriesColor(false);
        styler.setErrorBarsColor(Look.INK);
        for (Figure.BarSeries series : figure.series()) {
            List<Double> values = new ArrayList<>();
            for (double value : series.values()) {
                values.add(Double.isNaN(value) || (figure.stacked() && value == 0) ? null : value);
            }
            CategorySeries drawn =
                    series.hasIntervals()
                            ? chart.addSeries(
                                    series.name(), figure.categories(), values, errors(series))
                            : chart.addSeries(series.name(), figure.categories(), values);
            drawn.setFillColor(series.look().color());
            drawn.setLineColor(series.look().color());
        }
        return chart;
    }

    /** A field of rectangles on two numeric axes, so that ticks stand at round numbers; all of one shade are one polygon. */
    private XYChart heat(Figure.Heat figure, int width) {
        XYChart chart = new XYChartBuilder().width(width).height(figure.size().height).build();
        chart.setTitle(figure.title());
        XYStyler styler = chart.getStyler();
        house(styler, figure.size());
        chart.setXAxisTitle(figure.x().title());
        chart.setYAxisTitle(figure.y().title());
        double[] x = figure.columns();
        double end = x.length < 2 ? x[0] + 1 : x[x.length - 1] + x[1] - x[0];
        horizontal(chart, figure.x().from(x[0]).upTo(end));
        styler.setXAxisDecimalPattern("#,##0");
        vertical(styler, figure.y().from(-0.5).upTo(figure.rows().length - 0.5));
        styler.setYAxisTickLabelsFormattingFunction(value -> replica(figure, value));
        for (HeatShades.Layer layer : HeatShades.layers(figure)) {
            XYSeries drawn = chart.addSeries(layer.name(), layer.x(), layer.y());
            drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
            drawn.setFillColor(layer.color());
            drawn.setLineColor(layer.color());
            drawn.setMarker(SeriesMarkers.NONE);
            drawn.setLineStyle(SeriesLines.NONE);
        }
        return chart;
    }

    /**
     * The replica whose row a tick stands at. XChart widens the distance of ticks until all labels differ, so a tick between two rows,
     * which has the label of one of them, never is drawn.
     */
    private static String replica(Figure.Heat figure, double row) {
        int index = (int) Math.round(row);
        return Units.tick(figure.rows()[Math.max(0, Math.min(figure.rows().length - 1, index))]);
    }

    private void house(AxesChartStyler styler, Figure.Size size) {
        int base = size == Figure.Size.SMALL ? 10 : 11;
        styler.setBaseFont(font(Font.PLAIN, base));
        styler.setChartTitleFont(font(Font.BOLD, base + 1));
        styler.setAxisTitleFont(font(Font.PLAIN, base));
        styler.setAxisTickLabelsFont(font(Font.PLAIN, base));
        styler.setLegendFont(font(Font.PLAIN, base));
        styler.setChartFontColor(Look.INK);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1f));
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setAxisTickMarksColor(AXIS);
        styler.setAxisTickLabelsColor(Look.INK);
        styler.setAxisTickMarkLength(4);
        styler.setPlotMargin(0);
        styler.setPlotContentSize(0.97);
        styler.setChartPadding(8);
        styler.setChartTitleBoxVisible(false);
        styler.setChartTitlePadding(6);
        styler.setLegendBackgroundColor(Color.WHITE);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setLegendPadding(4);
        styler.setLegendSeriesLineLength(26);
        styler.setMarkerSize(7);
        styler.setLocale(Locale.ROOT);
        styler.setErrorBarsColorSeriesColor(true);
    }

    private static void horizontal(XYChart chart, Axis axis) {
        XYStyler styler = chart.getStyler();
        if (!Double.isNaN(axis.min())) {
            styler.setXAxisMin(axis.min());
        }
        if (!Double.isNaN(axis.max())) {
            styler.setXAxisMax(axis.max());
        }
        switch (axis.scale()) {
            case LOG_MICROS -> {
                styler.setXAxisLogarithmic(true);
                chart.setCustomXAxisTickLabelsFormatter(Units::microsTick);
            }
            case PERCENTILE -> {
                styler.setXAxisMaxLabelCount((int) Math.rint(axis.max() - axis.min()) + 1);
                chart.setCustomXAxisTickLabelsFormatter(FigurePainter::percentile);
            }
            default -> {
                // XChart puts the ticks of a formatter of ours at the data's own places; a pattern
                // keeps them round.
                boolean whole = axis.title().startsWith("replicas");
                styler.setXAxisDecimalPattern(whole ? "#,##0" : "#,##0.###");
                styler.setXAxisTickMarkSpacingHint(64);
            }
        }
    }

    private static void vertical(AxesChartStyler styler, Axis axis) {
        if (!Double.isNaN(axis.min())) {
            styler.setYAxisMin(axis.min());
        }
        if (!Double.isNaN(axis.max())) {
            styler.setYAxisMax(axis.max());
        }
        if (axis.isLogarithmic()) {
            styler.setYAxisLogarithmic(true);
        }
        Function<Double, String> labels =
                switch (axis.scale()) {
                    case LOG_MICROS -> Units::microsTick;
                    case PARTIAL_OR_FULL -> FigurePainter::partialOrFull;
                    default -> Units::tick;
                };
        styler.setYAxisTickLabelsFormattingFunction(labels);
    }

    /** Ticks of a percentile axis stand at whole numbers of nines; anything between has no label. */
    private static String percentile(double nines) {
        double whole = Math.rint(nines);
        return Math.abs(nines - whole) > 0.01
                ? " "
                : Units.percentTick(100 * (1 - Math.pow(10, -whole)));
    }

    /** For a tick between the two likewise, see {@link #replica}. */
    private static String partialOrFull(double value) {
        return value < 0.5 ? "resumed" : "full";
    }

    private Font font(int style, int size) {
        return new Font(fontFamily, style, size);
    }

    private static BasicStroke stroke(Look.Dash dash, float width) {
        float[] pattern =
                switch (dash) {
                    case SOLID -> null;
                    case DASHED -> new float[] {7, 4};
                    case DOTTED -> new float[] {2, 3};
                    case DASH_DOT -> new float[] {8, 3, 2, 3};
                    case LONG -> new float[] {14, 4};
                };
        return new BasicStroke(
                width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, pattern, 0f);
    }

    private static Marker marker(Look.Mark mark) {
        return switch (mark) {
            case NONE -> SeriesMarkers.NONE;
            case CIRCLE -> SeriesMarkers.CIRCLE;
            case SQUARE -> SeriesMarkers.SQUARE;
            case TRIANGLE -> SeriesMarkers.TRIANGLE_UP;
            case DIAMOND -> SeriesMarkers.DIAMOND;
            case CROSS -> SeriesMarkers.CROSS;
        };
    }
}
