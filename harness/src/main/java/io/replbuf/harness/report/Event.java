package io.replbuf.harness.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the harness did to a replica: a row of {@code events.csv}.
 *
 * @param atMillis since the start of measuring
 * @param args as {@code for=2150ms fault=outage}
 */
record Event(double atMillis, int replica, String verb, String args) {
    private static final Pattern LENGTH = Pattern.compile("\\bfor=(\\d+(?:\\.\\d+)?)ms");

    /** For how long the replica was to be away or to stand still, in milliseconds; NaN when the event does not say. */
    double plannedMillis() {
        Matcher length = LENGTH.matcher(args);
        return length.find() ? Double.parseDouble(length.group(1)) : Double.NaN;
    }

    /** Whether it tears the replica's connection. */
    boolean cuts() {
        return verb.equals("disconnect") || verb.equals("reset-peer");
    }

    static List<Event> of(Columns table) throws IOException {
        double[] at = table.numbers("t_ms");
        double[] replica = table.numbers("replica");
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            events.add(
                    new Event(
                            at[i], (int) replica[i], table.text(i, "verb"), table.text(i, "args")));
        }
        return List.copyOf(events);
    }
}
