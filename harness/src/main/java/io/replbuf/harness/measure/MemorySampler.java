package io.replbuf.harness.measure;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Writes {@code memory.csv}, a row a sample: resident memory, its parts where they are known, and every counter of the server; keeps
 * peaks and growth for the cell's result. For one thread.
 */
public final class MemorySampler implements Closeable {
    private final ServerCounters counters;
    private final LongSupplier rss;
    private final CsvWriter csv;

    /** Null where the server's memory is not its own or not known. */
    private final Remainder remainder;

    private final KeptMemory kept = new KeptMemory();
    private final int firstCounter;
    private final long[] values;
    private final Object[] row;
    private final long[] atBegin;
    private final long[] peaks;
    private boolean measuring;
    private long rssPeak;
    private long unexplainedPeak;
    private long unprovenPeak;

    /** Asks malloc to give back to the system what it can. */
    public interface Trimmer {
        /** Returns why it could not be asked, or null. */
        String trim() throws InterruptedException;
    }

    /**
     * @param pid of the server, or -1
     * @param accountable whether it is an engine of ours in a process of its own, ready and idle: what that occupies now is the JVM's
     */
    public MemorySampler(Path file, ServerCounters counters, long pid, boolean accountable)
            throws IOException {
        this(file, counters, () -> pid < 0 ? 0 : ProcFs.rssBytes(pid), accountable);
    }

    MemorySampler(Path file, ServerCounters counters, LongSupplier rss, boolean accountable)
            throws IOException {
        this.counters = counters;
        this.rss = rss;
        this.remainder = accountable ? new Remainder(counters) : null;
        List<String> columns = new ArrayList<>(RunFiles.MEMORY_COLUMNS);
        if (accountable) {
            remainder.calibrate(rss.getAsLong());
            columns.addAll(MemoryParts.COLUMNS);
        }
        firstCounter = columns.size();
        columns.addAll(counters.names());
        csv = new CsvWriter(file, columns);
        values = new long[counters.names().size()];
        atBegin = new long[values.length];
        peaks = new long[values.length];
        row = new Object[columns.size()];
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
        long resident = rss.getAsLong();
        if (remainder != null) {
            // Asked at every sample, in warm-up too: it keeps high-water marks.
            MemoryParts parts = remainder.parts(resident);
            parts.into(row, RunFiles.MEMORY_COLUMNS.size());
            kept.sample(cellMillis, parts.kept());
            if (measuring) {
                unexplainedPeak = Math.max(unexplainedPeak, parts.unexplained());
                unprovenPeak = Math.max(unprovenPeak, parts.unexplained() + parts.kept());
            }
        }
        long[] now = measuring ? values : new long[values.length];
        counters.read(now);
        if (measuring) {
            peak(resident);
        }
        write(cellMillis, resident, now);
    }

    /**
     * Has malloc trimmed, if it kept enough to be worth that. The engine is idle, and all samples are taken.
     */
    public void proveKept(Trimmer trimmer) throws InterruptedException {
        if (remainder == null || !kept.isWorthProving()) {
            return;
        }
        long rssBefore = rss.getAsLong();
        long bandBefore = remainder.parts(rssBefore).kept();
        String error = trimmer.trim();
        long rssAfter = rss.getAsLong();
        kept.trimmed(bandBefore, rssBefore, remainder.parts(rssAfter).kept(), rssAfter, error);
    }

    private void peak(long rss) {
        rssPeak = Math.max(rssPeak, rss);
        for (int i = 0; i < values.length; i++) {
            peaks[i] = Math.max(peaks[i], values[i]);
        }
    }

    private void write(long cellMillis, long rss, long[] now) throws IOException {
        row[0] = cellMillis;
        row[1] = rss;
        for (int i = 0; i < now.length; i++) {
            row[firstCounter + i] = now[i];
        }
        csv.write(row);
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

    /** Highest remainder while measuring; what malloc kept counts as unexplained as long as no trim has confirmed it. */
    public long remainderPeakBytes() {
        return kept.isConfirmed() ? unexplainedPeak : unprovenPeak;
    }

    /** What malloc kept, or null. */
    public CellResult.Kept kept() {
        return kept.result();
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
