package io.replbuf.harness.measure;

import io.replbuf.harness.measure.ProcFs.ThreadTime;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Processor time of a process by thread name, and how long its threads waited for a core, over a stretch of time, those of threads that ended on the way included up to the last
 * sample. For one thread.
 */
public final class CpuByThread {
    private final long pid;
    private final Map<Long, ThreadTime> first = new HashMap<>();
    private final Map<Long, ThreadTime> last = new HashMap<>();

    public CpuByThread(long pid) {
        this.pid = pid;
    }

    /** The stretch begins here. */
    public void begin() {
        first.clear();
        last.clear();
        first.putAll(ProcFs.threads(pid));
        last.putAll(first);
    }

    /** Takes note of all threads; now and then, and at the end. */
    public void sample() {
        last.putAll(ProcFs.threads(pid));
    }

    /** Milliseconds since {@link #begin} by name; threads of one name are added up, numbers at the end of a name left off. */
    public Map<String, Long> millis() {
        return byName(ThreadTime::millis, 1);
    }

    /** Milliseconds since {@link #begin} in which threads were ready to run and had no core, by name as {@link #millis}. */
    public Map<String, Long> waitedMillis() {
        return byName(ThreadTime::waitNanos, 1_000_000);
    }

    private Map<String, Long> byName(ToLongFunction<ThreadTime> of, long unit) {
        Map<String, Long> sums = new TreeMap<>();
        last.forEach(
                (id, time) -> {
                    ThreadTime before = first.get(id);
                    long grown =
                            of.applyAsLong(time) - (before == null ? 0 : of.applyAsLong(before));
                    sums.merge(family(time.name()), grown, Long::sum);
                });
        sums.replaceAll((name, sum) -> sum / unit);
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    static String family(String name) {
        String family = name.replaceAll("[-# ]?[0-9]+([-# ][0-9]+)*$", "");
        return family.isEmpty() ? name : family;
    }
}
