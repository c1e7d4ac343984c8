package io.replbuf.harness.report;

import java.util.Map;

/** The server's processor time while measuring, the compilers' apart: theirs ends with the warm-up of a server that runs for long. */
final class Cpu {
    private static final double GIGABYTE = 1e9;

    private Cpu() {}

    /** What C1 and C2 took, in milliseconds; 0 where there is no JVM. */
    static double compilerMillis(Cell cell) {
        return cell.result.cpuMillisByThread().entrySet().stream()
                .filter(thread -> isCompiler(thread.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** What all other threads took, in milliseconds. */
    static double serverMillis(Cell cell) {
        return cell.result.serverCpuMillis() - compilerMillis(cell);
    }

    /** Processor seconds of the server, without its compilers, for each GB (10^9 bytes) that it sent to replicas; NaN when it sent none. */
    static double secondsPerGigabyte(Cell cell) {
        double sent = sentBytes(cell);
        return sent > 0 ? serverMillis(cell) / 1_000 * GIGABYTE / sent : Double.NaN;
    }

    /** Stream bytes sent to all replicas; for a real server what the replicas received. */
    static double sentBytes(Cell cell) {
        double sent = cell.counter("send_bytes");
        double fromFile = cell.counter("send_file_bytes");
        return Double.isNaN(sent)
                ? cell.counter("seen_received_bytes")
                : sent + (Double.isNaN(fromFile) ? 0 : fromFile);
    }

    private static boolean isCompiler(String thread) {
        return thread.startsWith("C1 Comp") || thread.startsWith("C2 Comp");
    }
}
