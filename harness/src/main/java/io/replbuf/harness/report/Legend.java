package io.replbuf.harness.report;

import java.awt.Color;
import java.util.List;
import java.util.Locale;

/**
 * The names of a figure's series, and for a row of small charts with equal series one legend on the page instead of three that
 * would not fit.
 */
final class Legend {
    private Legend() {}

    /** Names in the order of the series; those that the legend leaves out are not among them. */
    static List<String> names(Figure figure) {
        if (figure instanceof Figure.Lines lines) {
            return lines.series().stream()
                    .filter(Figure.Series::legend)
                    .map(Figure.Series::name)
                    .toList();
        }
        if (figure instanceof Figure.Bars bars) {
            return bars.series().stream().map(Figure.BarSeries::name).toList();
        }
        return HeatShades.layers((Figure.Heat) figure).stream()
                .map(HeatShades.Layer::name)
                .toList();
    }

    /** Whether the page shows one legend for the row in which this figure stands. */
    static boolean isShared(Figure figure) {
        return figure instanceof Figure.Heat
                || (figure instanceof Figure.Lines lines && lines.size() == Figure.Size.SMALL);
    }

    /** The legend of the row that begins with this figure. */
    static String html(Figure figure) {
        if (figure instanceof Figure.Lines lines) {
            return html(lines);
        }
        StringBuilder html = new StringBuilder("<p class=\"legend\">");
        for (HeatShades.Layer layer : HeatShades.legend((Figure.Heat) figure)) {
            html.append("<span><i class=\"swatch\" style=\"background:")
                    .append(hex(layer.color()))
                    .append("\"></i>")
                    .append(Html.escape(layer.name()))
                    .append("</span> ");
        }
        return html.append("</p>").toString();
    }

    /** The legend as an element of the page: swatches for layers, strokes for lines. */
    private static String html(Figure.Lines figure) {
        StringBuilder html = new StringBuilder("<p class=\"legend\">");
        for (Figure.Series series : figure.series()) {
            String css =
                    series.kind() == Figure.Kind.BAND ? "background:" : "border-top:2px dashed ";
            html.append("<span><i class=\"");
            html.append(series.kind() == Figure.Kind.BAND ? "swatch" : "stroke")
                    .append("\" style=\"")
                    .append(css);
            html.append(hex(series.look().color()))
                    .append("\"></i>")
                    .append(Html.escape(series.name()))
                    .append("</span> ");
        }
        return html.append("</p>").toString();
    }

    /** The mark of a strategy in a table's head: its colour as a bar. */
    static String hex(Color color) {
        return String.format(Locale.ROOT, "#%06x", color.getRGB() & 0xffffff);
    }
}
