package io.replbuf.harness.measure;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code memory.csv}, a row a sample: resident memory and every counter of the server; keeps peaks and growth for the cell's
 * result. For one thread.
 */
public final class MemorySampler implements Closeable {
    private final ServerCounters counters;
    private final long pid;
    private final CsvWriter csv;
    private final Remainder remainder;
    private final long[] values;
    private final Object[] row;
    private final long[] atBegin;
    private final long[] peaks;
    private boolean measuring;
    private long rssPeak;
    private long remainderPeak = Long.MIN_VALUE;

    /**
     * @param pid of the server, or -1
     */
    public MemorySampler(Path file, ServerCounters counters, long pid) throws IOException {
        this.counters = counters;
        this.pid = pid;
        this.remainder = new Remainder(counters);
        List<String> columns = new ArrayList<>(RunFiles.MEMORY_COLUMNS);
        columns.addAll(counters.names());
        csv = new CsvWriter(file, columns);
        values = new long[counters.names().size()];
        atBegin = new long[values.length];
        peaks = new long[values.length];
        row = new Object[columns.size()];
    }

    /** The server is ready and idle: what it occupies now is its own. */
    public void calibrate() {
        remainder.calibrate(rss());
    }

    /** Measuring begins: growth counts from here. */
    public void begin() {
        counters.read(atBegin);
        measuring = true;
    }

    /** Measuring has ended; samples go on but peaks and growth stand. */
    public void end() {
        counters.read(values);
        measuring = false;
    }

    /** Takes a sample at this time of the cell. */
    public void sample(long cellMillis) throws IOException {
        long rss = rss();
        // Asked at every sample, in warm-up too: it keeps the heap's high-water mark.
        long unexplained = remainder.bytes(rss);
        if (measuring) {
            counters.read(values);
            peak(rss, unexplained);
            write(cellMillis, rss, values);
        } else {
            long[] now = new long[values.length];
            counters.read(now);
            write(cellMillis, rss, now);
        }
    }

    private void peak(long rss, long unexplained) {
        rssPeak = Math.max(rssPeak, rss);
        remainderPeak = Math.max(remainderPeak, unexplained);
        for (int i = 0; i < values.length; i++) {
            peaks[i] = Math.max(peaks[i], values[i]);
        }
    }

    private void write(long cellMillis, long rss, long[] now) throws IOException {
        row[0] = cellMillis;
        row[1] = rss;
        for (int i = 0; i < now.length; i++) {
            row[i + 2] = now[i];
        }
        csv.write(row);
    }

    private long rss() {
        return pid < 0 ? 0 : ProcFs.rssBytes(pid);
    }

    /** Highest value of each memory counter while measuring, by name. */
    public Map<String, Long> peaks() {
        Map<String, Long> byName = new LinkedHashMap<>();
        for (int i = 0; i < peaks.length; i++) {
            if (CounterKinds.isMemory(counters.names().get(i))) {
                byName.put(counters.names().get(i), peaks[i]);
            }
        }
        return byName;
    }

    /** Growth of each cumulative counter while measuring, and the highest values of those that are such. */
    public Map<String, Long> growth() {
        Map<String, Long> byName = new LinkedHashMap<>();
        for (int i = 0; i < peaks.length; i++) {
            String name = counters.names().get(i);
            if (CounterKinds.CUMULATIVE.contains(name)) {
                byName.put(name, values[i] - atBegin[i]);
            } else if (CounterKinds.HIGHEST.contains(name)) {
                byName.put(name, peaks[i]);
            }
        }
        return byName;
    }

    public long rssPeakBytes() {
        return rssPeak;
    }

    /** Highest remainder while measuring. */
    public long remainderPeakBytes() {
        return remainderPeak == Long.MIN_VALUE ? 0 : remainderPeak;
    }

    /** What may remain unexplained. */
    public long remainderBoundBytes() {
        return Remainder.boundBytes(rssPeak);
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
