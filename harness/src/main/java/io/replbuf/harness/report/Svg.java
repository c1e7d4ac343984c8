package io.replbuf.harness.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the SVG of XChart fit for a page: a fifth of its bytes, names that are unique on the page, a width that follows the
 * column.
 *
 * <p>Text arrives as outlines with a dozen digits each, which no screen can show: coordinates are rounded to a hundredth of
 * a pixel. Outlines need no font where the page is read, so a report looks the same everywhere.
 */
final class Svg {
    private static final Pattern PATH = Pattern.compile(" d=\"([^\"]*)\"");
    private static final Pattern NUMBER =
            Pattern.compile("(?<=[\" (,])-?\\d+\\.\\d{2,}(?:E-?\\d+)?");
    private static final Pattern FILL =
            Pattern.compile("style=\"fill:rgb\\((\\d+),(\\d+),(\\d+)\\);stroke:none;\"");
    private static final Pattern HEAD = Pattern.compile("(?s)^.*?<svg[^>]*>");
    private static final Pattern BREAKS = Pattern.compile("\\n\\s*");

    /** Cells of a heat map touch: without this a screen paints a seam between them. */
    private static final String CRISP = "<style>rect{shape-rendering:crispEdges}</style>";

    private Svg() {}

    /** A file of its own. */
    static String shortened(String svg) {
        Matcher head = HEAD.matcher(svg);
        if (!head.find()) {
            throw new IllegalArgumentException("chart: no svg element");
        }
        String body = svg.substring(head.end());
        body = PATH.matcher(body).replaceAll(m -> " d=\"" + PathData.shorten(m.group(1)) + "\"");
        body = FILL.matcher(body).replaceAll(Svg::fill);
        body = NUMBER.matcher(body).replaceAll(m -> round(m.group()));
        return head.group() + CRISP + BREAKS.matcher(body).replaceAll("\n");
    }

    /** An element for a page, from what {@link #shortened} gave: scales with its column, has a name for those who do not see it. */
    static String inline(String svg, Figure figure) {
        Matcher head = HEAD.matcher(svg);
        Matcher box = Pattern.compile("viewBox=\"[^\"]*\"").matcher(svg);
        if (!head.find() || !box.find()) {
            throw new IllegalArgumentException(
                    "chart " + figure.id() + ": no svg element with a viewBox");
        }
        String body = svg.substring(head.end()).replace(CRISP, "");
        body = body.replaceAll("(id=\"|url\\(#)clip", "$1" + figure.id() + "-clip");
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                + box.group()
                + " role=\"img\" aria-label=\""
                + Html.escape(figure.title())
                + "\">"
                + body.strip();
    }

    /** Appends a number given in hundredths: {@code -.5}, {@code 12}, {@code 3.07}. */
    static void hundredths(StringBuilder out, long value) {
        long magnitude = Math.abs(value);
        long rest = magnitude % 100;
        out.append(value < 0 ? "-" : "");
        if (magnitude >= 100 || rest == 0) {
            out.append(magnitude / 100);
        }
        if (rest != 0) {
            out.append('.').append(rest / 10);
            if (rest % 10 != 0) {
                out.append(rest % 10);
            }
        }
    }

    private static String round(String number) {
        StringBuilder text = new StringBuilder(8);
        hundredths(text, Math.round(Double.parseDouble(number) * 100));
        return text.toString();
    }

    private static String fill(java.util.regex.MatchResult rgb) {
        int color =
                Integer.parseInt(rgb.group(1)) << 16
                        | Integer.parseInt(rgb.group(2)) << 8
                        | Integer.parseInt(rgb.group(3));
        return String.format(java.util.Locale.ROOT, "fill=\"#%06x\"", color);
    }
}
