package io.replbuf.harness.measure;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Processor time of a process by thread name over a stretch of time, those of threads that ended on the way included up to the last
 * sample. For one thread.
 */
public final class CpuByThread {
    private final long pid;
    private final Map<Long, ProcFs.ThreadTime> first = new HashMap<>();
    private final Map<Long, ProcFs.ThreadTime> last = new HashMap<>();

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
        Map<String, Long> byName = new TreeMap<>();
        last.forEach(
                (id, time) -> {
                    ProcFs.ThreadTime before = first.get(id);
                    long millis = time.millis() - (before == null ? 0 : before.millis());
                    byName.merge(family(time.name()), millis, Long::sum);
                });
        byName.values().removeIf(millis -> millis == 0);
        return byName;
    }

    static String family(String name) {
        String family = name.replaceAll("[-# ]?[0-9]+([-# ][0-9]+)*$", "");
        return family.isEmpty() ? name : family;
    }
}
