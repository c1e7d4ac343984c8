package io.replbuf.harness.report;

/** How the numbers that targets are set for come out of a cell, or of the cells of two arms, repetition by repetition. */
final class TargetMeasures {
    private TargetMeasures() {}

    // ---- one cell

    static double writesPerSecond(Cell cell) {
        return cell.result.achievedPerSecond();
    }

    static double writesPerCpuSecond(Cell cell) {
        return cell.result.writes() / cpuSeconds(cell);
    }

    private static double cpuSeconds(Cell cell) {
        return cell.counter("seen_server_cpu_millis") / 1e3;
    }

    static double heldPerLag(Cell cell) {
        return cell.peakRetained() / cell.lags().peak();
    }

    static double retainedMib(Cell cell) {
        return cell.peakRetained() / Units.MIB;
    }

    /** Blocks alone; the books on them are {@link #booksKib}. */
    static double inBlocksMib(Cell cell) {
        return cell.peakInBlocks() / Units.MIB;
    }

    static double booksKib(Cell cell) {
        return cell.peakOf("buf_metadata") / Units.KIB;
    }

    static double fileMib(Cell cell) {
        return cell.peakOf("buf_file") / Units.MIB;
    }

    static double rssGrowthMib(Cell cell) {
        double before = cell.figure("rss before", () -> rssBefore(cell));
        return (cell.result.rssPeakBytes() - before) / Units.MIB;
    }

    private static double rssBefore(Cell cell) {
        double[] seconds = cell.memorySeconds();
        double[] rss = cell.memoryBytes("rss");
        double before = Double.NaN;
        for (int i = 0; i < seconds.length && seconds[i] <= 0; i++) {
            before = rss[i];
        }
        return before;
    }

    /**
     * What the process has of the machine, but of its heap only what lived at the last collection. The scenario has the heap
     * touched from the start, so all of it is resident; and a socket's own memory is the kernel's, which no process is charged
     * with.
     */
    static double engineBytes(Cell cell) {
        double living = cell.last("heap_after_gc");
        // Zero where no collection has been: then nobody knows.
        return living > 0 ? cell.last("rss") - cell.last("heap_committed") + living : Double.NaN;
    }

    /** What is accounted for, but the data and the stream; slack counts, which under legacy is a chunk kept for each replica. */
    static double ledgerBytes(Cell cell) {
        return cell.last("mem_used") - cell.last("mem_keyspace") - cell.last("buf_unique");
    }

    static double loopMicrosPerCommand(Cell cell) {
        return cell.counter("cpu_command_loop_nanos") / cell.counter("commands_processed") / 1e3;
    }

    static double kills(Cell cell) {
        return cell.counter("limit_disconnections");
    }

    static double fullResyncs(Cell cell) {
        return cell.result.resyncs().full();
    }

    static double demotions(Cell cell) {
        return cell.counter("demotions");
    }

    static double firstByteMillis(Cell cell) {
        return cell.counter("seen_resync_first_byte_max_micros") / 1e3;
    }

    static double caughtUpMillis(Cell cell) {
        return cell.counter("seen_resync_all_micros") / 1e3;
    }

    static double delayMicros(Cell cell) {
        return cell.counter("seen_delay_p50_nanos") / 1e3;
    }

    /** The longest answer above the longest of the idle process that was asked at the same time. */
    static double pingerExcessMillis(Cell cell) {
        return Math.max(
                        0,
                        cell.result.latency().pinger().max()
                                - cell.result.latency().control().max())
                / 1e3;
    }

    // ---- two arms

    /** Processor seconds per GB sent to many replicas, less what the writes themselves cost without any; none without an arm. */
    static double[] cpuSecondsPerGigabyte(Group.Arm many, Group.Arm none) {
        return Sides.pairs(
                many,
                none,
                (busy, alone) -> {
                    double writing =
                            busy.result.writes() * cpuSeconds(alone) / alone.result.writes();
                    return (cpuSeconds(busy) - writing) * 1e9 / busy.counter("seen_received_bytes");
                });
    }
}
