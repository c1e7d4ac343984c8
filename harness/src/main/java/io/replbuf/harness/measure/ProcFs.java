package io.replbuf.harness.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Reads what Linux says about a process: resident memory and processor time by thread. Elsewhere it knows nothing and says -1.
 * Thread-safe.
 */
public final class ProcFs {
    /** The unit of times in {@code stat}, fixed by the kernel's ABI at 100 a second. */
    private static final long MILLIS_PER_TICK = 10;

    private static final int UTIME = 11;

    /** utime, stime, cutime, cstime. */
    private static final int TIMES = 4;

    private static final long PAGE_BYTES = pageBytes();

    private ProcFs() {}

    /**
     * One thread's times so far.
     *
     * @param name cut to 15 characters by the kernel
     * @param millis of processor time, user and system
     * @param waitNanos spent ready to run, while no core was free for it; 0 where the kernel does not say
     */
    public record ThreadTime(String name, long millis, long waitNanos) {}

    /** Resident set size, or -1 when there is no such process or no procfs. */
    public static long rssBytes(long pid) {
        String[] fields = text(Path.of("/proc", Long.toString(pid), "statm")).split(" ");
        return fields.length < 2 ? -1 : Long.parseLong(fields[1]) * PAGE_BYTES;
    }

    /** User and system time of the whole process, those of ended threads too, or -1. */
    public static long cpuMillis(long pid) {
        ThreadTime time = parse(text(Path.of("/proc", Long.toString(pid), "stat")), "");
        return time == null ? -1 : time.millis();
    }

    /** The scheduler's letter for the process, such as R, S, or T for one that a signal has stopped; ? when nothing is known. */
    public static char state(long pid) {
        String stat = text(Path.of("/proc", Long.toString(pid), "stat"));
        int close = stat.lastIndexOf(')');
        return close < 0 || close + 2 >= stat.length() ? '?' : stat.charAt(close + 2);
    }

    /** As {@link #cpuMillis}, with the time of child processes that have ended; 0 when there is no such process any more. */
    static long cpuMillisOfAll(long pid) {
        return parseWithChildren(text(Path.of("/proc", Long.toString(pid), "stat")));
    }

    /** The times of each living thread, by thread id. */
    public static Map<Long, ThreadTime> threads(long pid) {
        Map<Long, ThreadTime> threads = new HashMap<>();
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks) {
                ThreadTime time =
                        parse(text(task.resolve("stat")), text(task.resolve("schedstat")));
                if (time != null) {
                    threads.put(Long.parseLong(task.getFileName().toString()), time);
                }
            }
        } catch (IOException e) {
            // The process has ended, or this is no Linux: nothing is known, which is what an empty
            // map says.
            return Map.of();
        }
        return threads;
    }

    /**
     * {@code pid (name) state …}: the name may contain anything, so fields are counted from the last parenthesis.
     *
     * @param schedstat {@code running waiting slices}, times in nanoseconds; empty where the kernel keeps none
     */
    static ThreadTime parse(String stat, String schedstat) {
        long[] ticks = ticks(stat);
        if (ticks.length == 0) {
            return null;
        }
        String[] times = schedstat.split(" ");
        return new ThreadTime(
                stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
                (ticks[0] + ticks[1]) * MILLIS_PER_TICK,
                times.length < 3 ? 0 : Long.parseLong(times[1]));
    }

    static long parseWithChildren(String stat) {
        return LongStream.of(ticks(stat)).sum() * MILLIS_PER_TICK;
    }

    /** Of the process, then of its ended children: user and system time each; empty when the text is not such a line. */
    private static long[] ticks(String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        if (open < 0 || close < open) {
            return new long[0];
        }
        String[] fields = stat.substring(close + 1).trim().split(" ");
        if (fields.length < UTIME + TIMES) {
            return new long[0];
        }
        return Arrays.stream(fields, UTIME, UTIME + TIMES).mapToLong(Long::parseLong).toArray();
    }

    static String text(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            // A thread that ends between listing and reading answers ESRCH; it has no times any
            // more.
            return "";
        }
    }

    private static long pageBytes() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
            for (String line : lines) {
                if (line.startsWith("KernelPageSize:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            return 4096;
        }
        return 4096;
    }
}
