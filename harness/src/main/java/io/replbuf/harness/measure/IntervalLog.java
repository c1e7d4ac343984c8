package io.replbuf.harness.measure;

import io.replbuf.harness.load.LatencyRecorder;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes {@code latency.hlog}: one histogram per recorder and interval, empty ones too, since a gap is information.
 *
 * <p>Values are nanoseconds. Start and base time are both set, so that readers need not guess; the log begins with the warm-up and
 * nothing is left out of it, while {@link #measured} covers the intervals that were rolled as counted. For one thread.
 */
public final class IntervalLog implements Closeable {
    private final Path file;
    private final Told told;
    private final PrintStream out;
    private final HistogramLogWriter writer;
    private final List<Line> lines = new ArrayList<>();
    private final LongSupplier nanoTime;
    private final long startNanos;
    private final long startMillis;
    private final Map<String, Double> phaseSeconds = new HashMap<>();
    private double rolledAt;
    private double countedSeconds;

    /** Remembers what went wrong first, because a print stream only says that something did. */
    private static final class Told extends FilterOutputStream {
        private String why = "unknown";
        private boolean failed;

        Told(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                why = failed ? why : e.getMessage();
                failed = true;
                throw e;
            }
        }
    }

    private static final class Line {
        private final LatencyRecorder recorder;
        private final Histogram measured = new Histogram(3);
        private final Map<String, Histogram> phases = new HashMap<>();
        private final Histogram recent = new Histogram(3);
        private Histogram recycle;

        Line(LatencyRecorder recorder) {
            this.recorder = recorder;
        }
    }

    /**
     * @param comments written at the head, one a line
     */
    public IntervalLog(Path file, List<LatencyRecorder> recorders, List<String> comments)
            throws IOException {
        this(file, recorders, comments, System::nanoTime, System.currentTimeMillis());
    }

    /**
     * @param nanoTime a clock in nanoseconds that never goes back; what intervals are long by
     * @param startMillis since the epoch, at this moment of that clock
     */
    public IntervalLog(
            Path file,
            List<LatencyRecorder> recorders,
            List<String> comments,
            LongSupplier nanoTime,
            long startMillis)
            throws IOException {
        this.file = file;
        this.nanoTime = nanoTime;
        this.startMillis = startMillis;
        told = new Told(Files.newOutputStream(file));
        out = new PrintStream(told, false, StandardCharsets.UTF_8);
        writer = new HistogramLogWriter(out);
        startNanos = nanoTime.getAsLong();
        comments.forEach(writer::outputComment);
        writer.outputLogFormatVersion();
        writer.outputStartTime(startMillis);
        writer.setBaseTime(startMillis);
        writer.outputBaseTime(startMillis);
        writer.outputLegend();
        for (LatencyRecorder recorder : recorders) {
            Line line = new Line(recorder);
            // What came before the log began belongs to no interval.
            line.recycle = recorder.interval(null);
            lines.add(line);
        }
    }

    /**
     * Ends the interval that began with the last call.
     *
     * @throws IOException when it could not be written
     */
    public void roll(boolean counted) throws IOException {
        roll(counted, null);
    }

    /**
     * The same.
     *
     * @param phase what the interval is added to besides, or null
     * @throws IOException when it could not be written
     */
    public void roll(boolean counted, String phase) throws IOException {
        double now = (nanoTime.getAsLong() - startNanos) / 1e9;
        for (Line line : lines) {
            Histogram interval = line.recorder.interval(line.recycle);
            interval.setTag(line.recorder.tag());
            interval.setStartTimeStamp(startMillis + (long) (rolledAt * 1000));
            interval.setEndTimeStamp(startMillis + (long) (now * 1000));
            // In nanoseconds throughout: a ratio of 1 for the maximum column too.
            writer.outputIntervalHistogram(rolledAt, now, interval, 1.0);
            if (counted) {
                line.measured.add(interval);
            }
            if (phase != null) {
                line.phases.computeIfAbsent(phase, name -> new Histogram(3)).add(interval);
            }
            synchronized (line.recent) {
                line.recent.reset();
                line.recent.add(interval);
            }
            line.recycle = interval;
        }
        requireWritten();
        if (phase != null) {
            phaseSeconds.merge(phase, now - rolledAt, Double::sum);
        }
        countedSeconds += counted ? now - rolledAt : 0;
        rolledAt = now;
    }

    /** Length of all counted intervals together. */
    public double countedSeconds() {
        return countedSeconds;
    }

    /** Percentiles of all counted intervals of a recorder; none when it was not part of this log. */
    public CellResult.Percentiles measured(String tag) {
        return lines.stream()
                .filter(line -> line.recorder.tag().equals(tag))
                .findFirst()
                .map(line -> percentiles(line.measured))
                .orElse(CellResult.Percentiles.NONE);
    }

    /** What was added to a phase; null when nothing was. */
    public CellResult.Settled settled(String phase) {
        Double seconds = phaseSeconds.get(phase);
        if (seconds == null) {
            return null;
        }
        CellResult.Percentiles response = ofPhase("client.response", phase);
        return new CellResult.Settled(
                response, response.count() / seconds, ofPhase("loader.delay", phase).p99());
    }

    private CellResult.Percentiles ofPhase(String tag, String phase) {
        return lines.stream()
                .filter(line -> line.recorder.tag().equals(tag) && line.phases.containsKey(phase))
                .findFirst()
                .map(line -> percentiles(line.phases.get(phase)))
                .orElse(CellResult.Percentiles.NONE);
    }

    /** 99th percentile of the last interval in microseconds, for a progress line; any thread. */
    public double recentP99(String tag) {
        for (Line line : lines) {
            if (line.recorder.tag().equals(tag)) {
                synchronized (line.recent) {
                    return line.recent.getTotalCount() == 0
                            ? 0
                            : line.recent.getValueAtPercentile(99) / 1e3;
                }
            }
        }
        return 0;
    }

    private static CellResult.Percentiles percentiles(Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return CellResult.Percentiles.NONE;
        }
        return new CellResult.Percentiles(
                histogram.getTotalCount(),
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(90) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3,
                histogram.getValueAtPercentile(99.9) / 1e3,
                histogram.getValueAtPercentile(99.99) / 1e3,
                histogram.getMaxValue() / 1e3);
    }

    private void requireWritten() throws IOException {
        if (out.checkError()) {
            throw new IOException(
                    file + ": not written: " + told.why + " (expected: room on the disk)");
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
        requireWritten();
    }
}
