package io.replbuf.server;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the operating system says of this process.
 *
 * @param residentBytes 0 where {@code /proc} is absent
 * @param systemBytes memory of the machine, 0 where unknown
 * @param userSeconds CPU time of all threads
 * @param systemSeconds CPU time of all threads in the kernel
 * @param pageFaults minor and major ones since start, a count
 */
record ProcessFigures(
        long residentBytes,
        long systemBytes,
        double userSeconds,
        double systemSeconds,
        long pageFaults) {
    /** Linux on every architecture that Java runs on reports /proc times in hundredths of a second. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int PAGE_BYTES = 4096;

    static ProcessFigures now() {
        long resident = 0;
        double user = 0;
        double system = 0;
        long faults = 0;
        try {
            String statm = Files.readString(Path.of("/proc/self/statm"));
            resident = Long.parseLong(statm.split(" ")[1]) * PAGE_BYTES;
            String stat = Files.readString(Path.of("/proc/self/stat"));
            // The name in parentheses may hold blanks; what follows it begins with field 3.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            faults = Long.parseLong(fields[7]) + Long.parseLong(fields[9]);
            user = Long.parseLong(fields[11]) / TICKS_PER_SECOND;
            system = Long.parseLong(fields[12]) / TICKS_PER_SECOND;
        } catch (IOException e) {
            // No /proc: the fields stay at zero, which says that nobody knows.
            resident = 0;
        }
        return new ProcessFigures(resident, SystemMemory.BYTES, user, system, faults);
    }

    /** Asked once: it does not change, and the bean is slow. */
    private static final class SystemMemory {
        private static final long BYTES = read();

        private static long read() {
            OperatingSystemMXBean bean = ManagementFactory.getOperatingSystemMXBean();
            return bean instanceof com.sun.management.OperatingSystemMXBean known
                    ? known.getTotalMemorySize()
                    : 0;
        }
    }
}
