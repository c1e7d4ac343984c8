package io.replbuf.harness.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number as a page prints it, in bytes, milliseconds or as it is, and how far a value may lie from it and still be printed so.
 *
 * @param tolerance half of the last digit printed
 */
record Printed(double value, double tolerance) {
    private static final Map<String, Double> UNITS =
            Map.ofEntries(
                    Map.entry("", 1.0),
                    Map.entry("×", 1.0),
                    Map.entry("B", 1.0),
                    Map.entry("KiB", 0x1p10),
                    Map.entry("MiB", 0x1p20),
                    Map.entry("mb", 0x1p20),
                    Map.entry("GiB", 0x1p30),
                    Map.entry("µs", 1e-3),
                    Map.entry("ms", 1.0),
                    Map.entry("s", 1e3),
                    Map.entry("min", 60e3));

    private static final Pattern NUMBER =
            Pattern.compile(
                    "(?<![\\w.-])(−?\\d+(?:,\\d{3})*(?:\\.(\\d+))?)(?:e(-?\\d+))?(?:\\s?(×|B|KiB|MiB|mb|GiB|µs|ms|s|min)(?![\\w]))?");

    /** All numbers of a text, in its order. */
    static List<Printed> in(String text) {
        List<Printed> all = new ArrayList<>();
        Matcher number = NUMBER.matcher(text);
        while (number.find()) {
            String unit = number.group(4) == null ? "" : number.group(4);
            double scale = UNITS.get(unit);
            if (number.group(3) != null) {
                scale *= Math.pow(10, Integer.parseInt(number.group(3)));
            }
            int decimals = number.group(2) == null ? 0 : number.group(2).length();
            double value =
                    Double.parseDouble(number.group(1).replace(",", "").replace("−", "-")) * scale;
            all.add(new Printed(value, 0.5 * Math.pow(10, -decimals) * scale));
        }
        return all;
    }

    boolean says(double expected) {
        return Math.abs(value - expected) <= tolerance * (1 + 1e-9) + 1e-9;
    }
}
