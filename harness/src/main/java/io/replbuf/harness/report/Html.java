package io.replbuf.harness.report;

import java.util.List;
import java.util.Map;

/**
 * Writes HTML by appending; everything that comes from a file goes through {@link #escape}.
 *
 * <p>Methods whose name ends in {@code Html} take markup, all others take text.
 */
final class Html {
    private final StringBuilder out = new StringBuilder(1 << 20);

    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                default -> safe.append(c < ' ' && c != '\n' && c != '\t' ? '\uFFFD' : c);
            }
        }
        return safe.toString();
    }

    Html rawHtml(String markup) {
        out.append(markup).append('\n');
        return this;
    }

    Html heading(int level, String id, String text) {
        out.append("<h")
                .append(level)
                .append(id.isEmpty() ? "" : " id=\"" + escape(id) + "\"")
                .append('>');
        out.append(escape(text)).append("</h").append(level).append(">\n");
        return this;
    }

    Html paragraph(String text) {
        out.append("<p>").append(escape(text)).append("</p>\n");
        return this;
    }

    Html paragraph(String cssClass, String text) {
        out.append("<p class=\"")
                .append(cssClass)
                .append("\">")
                .append(escape(text))
                .append("</p>\n");
        return this;
    }

    Html code(String text) {
        out.append("<pre>").append(escape(text)).append("</pre>\n");
        return this;
    }

    Html list(List<String> items) {
        out.append("<ul>\n");
        items.forEach(item -> out.append("<li>").append(escape(item)).append("</li>\n"));
        out.append("</ul>\n");
        return this;
    }

    /** Sentences whose figures carry names. */
    Html claims(List<Claim> claims) {
        out.append("<ul class=\"claims\">\n");
        claims.forEach(
                claim ->
                        out.append("<li id=\"claim-")
                                .append(escape(claim.name()))
                                .append("\">")
                                .append(claim.html())
                                .append("</li>\n"));
        out.append("</ul>\n");
        return this;
    }

    /** A table whose other columns are strategies: each has its colour over its name. */
    Html strategies(String cssClass, List<String> head, List<List<String>> rows) {
        return table(cssClass, head, rows, true, Map.of());
    }

    /** A table; the first column holds names, all others numbers or short words. */
    Html table(String cssClass, List<String> head, List<List<String>> rows) {
        return table(cssClass, head, rows, false, Map.of());
    }

    /** A table whose names in the first column may lead to a file beside the page. */
    Html linkedTable(
            String cssClass,
            List<String> head,
            List<List<String>> rows,
            Map<String, String> links) {
        return table(cssClass, head, rows, false, links);
    }

    private Html table(
            String cssClass,
            List<String> head,
            List<List<String>> rows,
            boolean coloured,
            Map<String, String> links) {
        out.append("<div class=\"scroll\"><table class=\"")
                .append(cssClass)
                .append("\">\n<thead><tr>");
        for (int i = 0; i < head.size(); i++) {
            out.append("<th scope=\"col\"");
            if (coloured && i > 0) {
                out.append(" class=\"arm\" style=\"border-top-color:");
                out.append(Legend.hex(Look.of(head.get(i)).color())).append('"');
            }
            out.append('>').append(escape(head.get(i))).append("</th>");
        }
        out.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                String tag = i == 0 ? "th" : "td";
                out.append('<').append(tag).append(i == 0 ? " scope=\"row\">" : ">");
                String link = i == 0 ? links.get(row.get(0)) : null;
                out.append(link == null ? "" : "<a href=\"" + escape(link) + "\">");
                out.append(escape(row.get(i))).append(link == null ? "" : "</a>");
                out.append("</").append(tag).append('>');
            }
            out.append("</tr>\n");
        }
        out.append("</tbody></table></div>\n");
        return this;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
