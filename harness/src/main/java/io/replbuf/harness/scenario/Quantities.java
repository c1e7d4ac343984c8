package io.replbuf.harness.scenario;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities as scenario files spell them: a number and its unit.
 *
 * <p>Sizes: {@code 64KiB} is 65,536 bytes and {@code 64kB} is 64,000; a lone {@code K} would be a guess and is refused. Rates:
 * {@code 40000/s} of events, {@code 10MiB/s} or {@code 80Mbit/s} of bytes. A unit is required wherever one is possible, except
 * with 0 and in plain numbers of bytes.
 */
public final class Quantities {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)\\s?([A-Za-zµ%/]*)");
    private static final Map<String, Double> NANOS =
            Map.of(
                    "ns", 1.0, "us", 1e3, "µs", 1e3, "ms", 1e6, "s", 1e9, "m", 60e9, "min", 60e9,
                    "h", 3_600e9);
    private static final Map<String, Double> BYTES =
            Map.of(
                    "", 1.0, "B", 1.0, "kB", 1e3, "MB", 1e6, "GB", 1e9, "TB", 1e12, "KiB", 0x1p10,
                    "MiB", 0x1p20, "GiB", 0x1p30, "TiB", 0x1p40);
    private static final Map<String, Double> BITS =
            Map.of("bit", 1.0, "kbit", 1e3, "Mbit", 1e6, "Gbit", 1e9);

    private Quantities() {}

    /** A time such as 250ms, 30s, 5m or 2h. */
    public static Duration duration(String what, String text) {
        String expected = "a time such as 250ms, 30s, 5m or 2h";
        Matcher form = form(what, text, expected);
        Double unit = NANOS.get(form.group(2));
        double number = Double.parseDouble(form.group(1));
        if (unit == null && number == 0 && form.group(2).isEmpty()) {
            return Duration.ZERO;
        }
        return Duration.ofNanos(whole(what, text, number, unit, expected));
    }

    /** A size such as 64KiB or 1MB, in bytes. */
    public static long bytes(String what, String text) {
        String expected = "a size such as 512B, 64KiB (1024) or 64kB (1000)";
        Matcher form = form(what, text, expected);
        return whole(
                what, text, Double.parseDouble(form.group(1)), BYTES.get(form.group(2)), expected);
    }

    /** A rate such as 10MiB/s or 80Mbit/s, in bytes a second. */
    public static long bytesPerSecond(String what, String text) {
        String expected = "a rate such as 10MiB/s, 10MB/s or 80Mbit/s";
        Matcher form = form(what, text, expected);
        String unit = form.group(2);
        if (!unit.endsWith("/s") || unit.length() == 2) {
            throw wrong(what, text, expected);
        }
        String amount = unit.substring(0, unit.length() - 2);
        Double factor =
                BITS.containsKey(amount) ? Double.valueOf(BITS.get(amount) / 8) : BYTES.get(amount);
        return whole(what, text, Double.parseDouble(form.group(1)), factor, expected);
    }

    /** A rate of events such as 40000/s, a second. */
    public static double perSecond(String what, String text) {
        String expected = "a rate such as 40000/s";
        Matcher form = form(what, text, expected);
        if (!form.group(2).equals("/s")) {
            throw wrong(what, text, expected);
        }
        return Double.parseDouble(form.group(1));
    }

    /** A percentage such as 30%. */
    static double percent(String what, String text) {
        Matcher form = form(what, text, "a percentage such as 30%");
        if (!form.group(2).equals("%")) {
            throw wrong(what, text, "a percentage such as 30%");
        }
        return Double.parseDouble(form.group(1));
    }

    static double number(String what, String text) {
        Matcher form = form(what, text, "a number");
        if (!form.group(2).isEmpty()) {
            throw wrong(what, text, "a number");
        }
        return Double.parseDouble(form.group(1));
    }

    private static Matcher form(String what, String text, String expected) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw wrong(what, text, expected);
        }
        return form;
    }

    private static long whole(
            String what, String text, double number, Double unit, String expected) {
        if (unit == null || number * unit > 1e18) {
            throw wrong(what, text, expected);
        }
        return Math.round(number * unit);
    }

    private static IllegalArgumentException wrong(String what, String text, String expected) {
        return new IllegalArgumentException(what + ": " + text + " (expected: " + expected + ")");
    }

    /** Reads a scalar as text and hands it, with the key's name, to a parser that may refuse it. */
    abstract static class Scalar<T> extends JsonDeserializer<T> {
        abstract T parse(String what, String text);

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String what = parser.currentName() == null ? "value" : parser.currentName();
            if (!parser.currentToken().isScalarValue()) {
                return context.reportInputMismatch(
                        this, "%s: not a single value (expected: a number and a unit)", what);
            }
            String text = parser.getText();
            try {
                return parse(what, text);
            } catch (IllegalArgumentException wrong) {
                return context.reportInputMismatch(this, "%s", wrong.getMessage());
            }
        }
    }

    static final class DurationDeserializer extends Scalar<Duration> {
        @Override
        Duration parse(String what, String text) {
            return duration(what, text);
        }
    }

    static final class SizeDeserializer extends Scalar<Long> {
        @Override
        Long parse(String what, String text) {
            return bytes(what, text);
        }
    }

    static final class ByteRateDeserializer extends Scalar<Long> {
        @Override
        Long parse(String what, String text) {
            return bytesPerSecond(what, text);
        }
    }

    static final class EventRateDeserializer extends Scalar<Double> {
        @Override
        Double parse(String what, String text) {
            return perSecond(what, text);
        }
    }
}
