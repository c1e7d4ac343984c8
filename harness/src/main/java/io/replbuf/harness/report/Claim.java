package io.replbuf.harness.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * A sentence of the first page with every figure that it states, each under a name that stays the same from run to run, such as
 * {@code stall-together.peak.legacy}.
 *
 * <p>The page carries name and exact value beside each figure ({@code data-number}, {@code data-value}), so that a reader or a test
 * can compute each of them again from the raw files.
 */
record Claim(String name, String text, String html, List<Stated> figures) {
    /** More than a reader could need, and none of a double's rounding. */
    private static final MathContext DIGITS = new MathContext(10);

    Claim {
        figures = List.copyOf(figures);
    }

    /**
     * One figure.
     *
     * @param value as computed: bytes, milliseconds, counts or ratios
     * @param text as printed
     */
    record Stated(String name, double value, String text) {
        /** The figure as markup; {@code mark} is empty, or stands behind a figure of a suspect cell. */
        String html(String mark) {
            return "<span data-number=\""
                    + Html.escape(name)
                    + "\" data-value=\""
                    + exact(value)
                    + "\">"
                    + Html.escape(text)
                    + "</span>"
                    + Html.escape(mark);
        }

        private static String exact(double value) {
            return Double.isFinite(value)
                    ? new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString()
                    : "";
        }
    }

    static Words words() {
        return new Words();
    }

    /** A sentence being written. */
    static final class Words {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder html = new StringBuilder();
        private final List<Stated> figures = new ArrayList<>();

        Words say(String words) {
            text.append(words);
            html.append(Html.escape(words));
            return this;
        }

        Words state(String name, double value, String printed) {
            return state(name, value, printed, "");
        }

        /** A figure, and behind it the mark of the cells that it comes from. */
        Words state(String name, double value, String printed, String mark) {
            Stated stated = new Stated(name, value, printed);
            figures.add(stated);
            text.append(printed).append(mark);
            html.append(stated.html(mark));
            return this;
        }

        boolean isEmpty() {
            return text.length() == 0;
        }

        Claim claim(String name) {
            return new Claim(name, text.toString(), html.toString(), figures);
        }
    }
}
