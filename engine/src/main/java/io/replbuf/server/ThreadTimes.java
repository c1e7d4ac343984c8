package io.replbuf.server;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * CPU time of a thread.
 *
 * @param userSeconds in our code
 * @param systemSeconds in the kernel
 */
record ThreadTimes(double userSeconds, double systemSeconds) {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    static ThreadTimes ofCurrentThread() {
        if (!THREADS.isCurrentThreadCpuTimeSupported()) {
            return new ThreadTimes(0, 0);
        }
        double user = THREADS.getCurrentThreadUserTime() / 1e9;
        double both = THREADS.getCurrentThreadCpuTime() / 1e9;
        return new ThreadTimes(user, Math.max(0, both - user));
    }
}
