package io.replbuf.harness.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what Linux says about a process: resident memory and processor time by thread. Elsewhere it knows nothing and says -1.
 * Thread-safe.
 */
public final class ProcFs {
    /** The unit of times in {@code stat}, fixed by the kernel's ABI at 100 a second. */
    private static final long MILLIS_PER_TICK = 10;

    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final long PAGE_BYTES = pageBytes();

    private ProcFs() {}

    /** Processor time of one thread so far. */
    public record ThreadTime(String name, long millis) {}

    /** Resident set size, or -1 when there is no such process or no procfs. */
    public static long rssBytes(long pid) {
        String[] fields = text(Path.of("/proc", Long.toString(pid), "statm")).split(" ");
        return fields.length < 2 ? -1 : Long.parseLong(fields[1]) * PAGE_BYTES;
    }

    /** User and system time of the whole process, those of ended threads too, or -1. */
    public static long cpuMillis(long pid) {
        ThreadTime time = parse(text(Path.of("/proc", Long.toString(pid), "stat")));
        return time == null ? -1 : time.millis();
    }

    /** User and system time of each living thread, by thread id; names are cut to 15 characters by the kernel. */
    public static Map<Long, ThreadTime> threads(long pid) {
        Map<Long, ThreadTime> threads = new HashMap<>();
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks) {
                ThreadTime time = parse(text(task.resolve("stat")));
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

    /** {@code pid (name) state …}: the name may contain anything, so fields are counted from the last parenthesis. */
    static ThreadTime parse(String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        if (open < 0 || close < open) {
            return null;
        }
        String[] fields = stat.substring(close + 1).trim().split(" ");
        if (fields.length <= STIME) {
            return null;
        }
        long ticks = Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
        return new ThreadTime(stat.substring(open + 1, close), ticks * MILLIS_PER_TICK);
    }

    private static String text(Path file) {
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
