package io.replbuf.harness.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The mark behind numbers of suspect cells, and reasons of cells told once with all cells that have them. */
final class Marks {
    /** Behind every number of a suspect cell, wherever it stands. */
    static final String SUSPECT = "†";

    private static final Pattern NUMBER = Pattern.compile("\\d[\\d,.]*");
    private static final Pattern BYTES = Pattern.compile("\\b(\\d{5,})(?: bytes)?");
    private static final Pattern MICROS = Pattern.compile("\\b(\\d{3,})(?: us)?");

    private Marks() {}

    /** The footnote: which cells are suspect, and why; empty when there is none. */
    static List<String> footnotes(List<Cell> cells) {
        List<String> notes = new ArrayList<>();
        grouped(cells.stream().filter(Cell::suspect).toList())
                .forEach(
                        (reason, ids) ->
                                notes.add(
                                        SUSPECT
                                                + " suspect, "
                                                + reason
                                                + ": "
                                                + String.join(", ", ids)));
        return notes;
    }

    /**
     * Reasons that differ in their numbers only are one reason; it is told with the numbers of the first cell, and with the word
     * <em>first</em> where others have numbers of their own.
     */
    static Map<String, List<String>> grouped(List<Cell> cells) {
        Map<String, List<String>> wordings = new LinkedHashMap<>();
        Map<String, List<String>> ids = new LinkedHashMap<>();
        for (Cell cell : cells) {
            for (String reason : cell.result.verdict().reasons()) {
                String kind = NUMBER.matcher(reason).replaceAll("#");
                wordings.computeIfAbsent(kind, k -> new ArrayList<>()).add(reason);
                ids.computeIfAbsent(kind, k -> new ArrayList<>()).add(cell.id());
            }
        }
        Map<String, List<String>> grouped = new LinkedHashMap<>();
        wordings.forEach(
                (kind, all) -> {
                    boolean alone = all.stream().distinct().count() == 1;
                    String text = readable(all.get(0)) + (alone ? "" : " (the first of them)");
                    grouped.put(text, List.copyOf(ids.get(kind)));
                });
        return grouped;
    }

    /** Numbers of bytes and microseconds in the units of the page. */
    static String readable(String reason) {
        String text = reason;
        if (text.contains(" bytes")) {
            text = BYTES.matcher(text).replaceAll(m -> Units.bytes(Double.parseDouble(m.group(1))));
        }
        return text.contains(" us")
                ? MICROS.matcher(text).replaceAll(m -> Units.micros(Double.parseDouble(m.group(1))))
                : text;
    }
}
