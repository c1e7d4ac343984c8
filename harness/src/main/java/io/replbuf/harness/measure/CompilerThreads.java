package io.replbuf.harness.measure;

import java.util.Map;

/**
 * The just-in-time compiler's threads of a JVM, told by their names, which the kernel cuts to 15 characters: {@code C2 CompilerThre}.
 */
final class CompilerThreads {
    private CompilerThreads() {}

    static boolean isOne(String threadName) {
        return threadName.startsWith("C1 Comp") || threadName.startsWith("C2 Comp");
    }

    /** Processor time of all of them so far in milliseconds, -1 when there are none. */
    static long millis(long pid) {
        long sum = -1;
        for (ProcFs.ThreadTime thread : ProcFs.threads(pid).values()) {
            if (isOne(thread.name())) {
                sum = Math.max(sum, 0) + thread.millis();
            }
        }
        return sum;
    }

    /**
     * Moves them to the scheduler's idle class: any other thread that wakes takes the core from them. A thread that a compiler starts
     * later inherits it. Needs no privilege, and cannot be undone without one, so it has to wait until what is hot has been compiled,
     * and is nothing for a machine that is kept saturated.
     *
     * @return what was done, in words
     */
    static String lower(long pid) {
        boolean any = false;
        for (Map.Entry<Long, ProcFs.ThreadTime> thread : ProcFs.threads(pid).entrySet()) {
            if (isOne(thread.getValue().name())) {
                any = true;
                String id = Long.toString(thread.getKey());
                String said = EnvironmentCollector.command("chrt", "--idle", "--pid", "0", id);
                if (said.equals("unknown")) {
                    return "unchanged, chrt is missing or failed";
                }
            }
        }
        return any ? "idle class" : "none";
    }
}
