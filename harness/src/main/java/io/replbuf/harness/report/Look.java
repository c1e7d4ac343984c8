package io.replbuf.harness.report;

import java.awt.Color;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How a series is told from the others: by colour, and again by line and mark, since pages are printed in grey.
 *
 * <p>A strategy has one look in every chart of every report. The colours are those of Okabe and Ito, which stay apart under
 * the common kinds of colour blindness; a real server has the lighter neighbour of the strategy that imitates it.
 */
record Look(Color color, Dash dash, Mark mark) {
    /** Line styles, in lengths of the painter's choosing. */
    enum Dash {
        SOLID,
        DASHED,
        DOTTED,
        DASH_DOT,
        LONG
    }

    /** Marks on the points of a series. */
    enum Mark {
        NONE,
        CIRCLE,
        SQUARE,
        TRIANGLE,
        DIAMOND,
        CROSS
    }

    static final Color INK = new Color(0x1f2328);
    static final Color FAINT = new Color(0x6e7781);

    private static final Map<String, Look> STRATEGIES =
            Map.of(
                    "legacy", new Look(new Color(0xd55e00), Dash.SOLID, Mark.SQUARE),
                    "shared", new Look(new Color(0x0072b2), Dash.DASHED, Mark.CIRCLE),
                    "aof-psync", new Look(new Color(0x009e73), Dash.LONG, Mark.TRIANGLE),
                    "redis-6.2", new Look(new Color(0xe69f00), Dash.DOTTED, Mark.SQUARE),
                    "redis-7.0", new Look(new Color(0x56b4e9), Dash.DOTTED, Mark.CIRCLE),
                    "valkey", new Look(new Color(0xcc79a7), Dash.DOTTED, Mark.DIAMOND));

    /** In the order of tables and legends: ours as history had them, then the real servers. */
    private static final List<String> ORDER =
            List.of("legacy", "shared", "aof-psync", "redis-6.2", "redis-7.0", "valkey");

    private static final Look STRANGER = new Look(new Color(0x7a5195), Dash.DASH_DOT, Mark.DIAMOND);

    /**
     * The look of an arm. An arm named after a strategy (a second one for the noise floor, one with other options) has its
     * colour and a line of its own; a third party's strategy has violet.
     */
    static Look of(String arm) {
        Look exact = STRATEGIES.get(arm);
        if (exact != null) {
            return exact;
        }
        int family = family(arm);
        if (family == ORDER.size()) {
            return STRANGER;
        }
        return new Look(STRATEGIES.get(ORDER.get(family)).color, Dash.DASH_DOT, Mark.CROSS);
    }

    /** Sorts arms: by family, then by name. */
    static Comparator<String> order() {
        return Comparator.<String>comparingInt(Look::family)
                .thenComparing(Comparator.naturalOrder());
    }

    private static int family(String arm) {
        for (int i = 0; i < ORDER.size(); i++) {
            if (arm.startsWith(ORDER.get(i))) {
                return i;
            }
        }
        return ORDER.size();
    }

    /** A closed form's line: the strategy's colour, thin dots, no mark. */
    Look asModel() {
        return new Look(color, Dash.DOTTED, Mark.NONE);
    }

    Look withoutMark() {
        return new Look(color, dash, Mark.NONE);
    }

    static Look line(int rgb, Dash dash) {
        return new Look(new Color(rgb), dash, Mark.NONE);
    }

    static Look fill(int rgb) {
        return new Look(new Color(rgb), Dash.SOLID, Mark.NONE);
    }
}
