package io.replbuf.harness.report;

import io.replbuf.harness.measure.RawFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * The interval histograms of {@code latency.hlog} by tag, values in nanoseconds.
 *
 * <p>Read line by line with our own few lines, because the stock reader ends without a word at a line that was cut off. The
 * format is HdrHistogram's log, version 1.3: {@code Tag=…,start,length,max,base64}, times in seconds after BaseTime.
 */
final class LatencyLog {
    static final LatencyLog NONE = new LatencyLog(Map.of());

    private static final Pattern TIME =
            Pattern.compile("#\\[(StartTime|BaseTime): (\\d+(?:\\.\\d+)?)");
    private static final int LINE_CHARS_MAX = 8 << 20;

    /** One line: when it began and ended, in milliseconds since the epoch, and what it holds. */
    record Interval(double startMillis, double endMillis, Histogram histogram) {}

    private final Map<String, List<Interval>> byTag;

    private LatencyLog(Map<String, List<Interval>> byTag) {
        this.byTag = byTag;
    }

    /** Intervals of one tag in the file's order. */
    List<Interval> intervals(String tag) {
        return byTag.getOrDefault(tag, List.of());
    }

    Set<String> tags() {
        return byTag.keySet();
    }

    /** Everything of one tag whose interval lies, by its middle, in the time given; empty when there is nothing. */
    Histogram merged(String tag, double fromMillis, double toMillis) {
        Histogram sum = new Histogram(3);
        sum.setAutoResize(true);
        for (Interval interval : intervals(tag)) {
            double middle = (interval.startMillis + interval.endMillis) / 2;
            if (middle >= fromMillis && middle <= toMillis) {
                sum.add(interval.histogram);
            }
        }
        return sum;
    }

    /** @throws IOException naming file and line, if the file is cut off or is no histogram log */
    static LatencyLog read(Path file) throws IOException {
        Map<String, List<Interval>> byTag = new TreeMap<>();
        double startSeconds = 0;
        double baseSeconds = Double.NaN;
        String text = text(file);
        if (!text.endsWith("\n")) {
            throw new IOException(
                    file
                            + " line "
                            + text.lines().count()
                            + ": cut off (expected: a line break at its end)");
        }
        try (BufferedReader lines = new BufferedReader(new StringReader(text))) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.length() > LINE_CHARS_MAX) {
                    throw new IOException(
                            file
                                    + " line "
                                    + number
                                    + ": length "
                                    + line.length()
                                    + " (expected: <= "
                                    + LINE_CHARS_MAX
                                    + ")");
                }
                Matcher time = TIME.matcher(line);
                if (time.lookingAt()) {
                    double seconds = Double.parseDouble(time.group(2));
                    if (time.group(1).equals("BaseTime")) {
                        baseSeconds = seconds;
                    } else {
                        startSeconds = seconds;
                    }
                } else if (!line.startsWith("#") && !line.startsWith("\"") && !line.isBlank()) {
                    double base = Double.isNaN(baseSeconds) ? startSeconds : baseSeconds;
                    add(byTag, line, base, file, number);
                }
            }
        }
        return new LatencyLog(byTag);
    }

    private static String text(Path file) throws IOException {
        StringWriter text = new StringWriter();
        try (BufferedReader reader = RawFile.reader(file)) {
            reader.transferTo(text);
        }
        return text.toString();
    }

    private static void add(
            Map<String, List<Interval>> byTag, String line, double base, Path file, int number)
            throws IOException {
        String tag = "";
        String rest = line;
        if (line.startsWith("Tag=")) {
            int comma = line.indexOf(',');
            tag = line.substring(4, Math.max(4, comma));
            rest = line.substring(comma + 1);
        }
        String[] fields = rest.split(",", -1);
        if (fields.length != 4) {
            throw new IOException(
                    file
                            + " line "
                            + number
                            + ": fields: "
                            + fields.length
                            + " (expected: 4 behind the tag)");
        }
        try {
            double start = (base + Double.parseDouble(fields[0])) * 1_000;
            double end = start + Double.parseDouble(fields[1]) * 1_000;
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(fields[3]));
            Histogram histogram = Histogram.decodeFromCompressedByteBuffer(bytes, 0);
            byTag.computeIfAbsent(tag, key -> new ArrayList<>())
                    .add(new Interval(start, end, histogram));
        } catch (DataFormatException | RuntimeException e) {
            throw new IOException(
                    file
                            + " line "
                            + number
                            + ": "
                            + e.getMessage()
                            + " (expected: start,length,max,histogram)",
                    e);
        }
    }
}
