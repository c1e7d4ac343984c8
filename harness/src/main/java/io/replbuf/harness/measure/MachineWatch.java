package io.replbuf.harness.measure;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Watches who keeps the machine's cores busy, and how long server and harness wait for one.
 *
 * <p>Foreign is what the machine was busy with less what this process and all its children used. Time in interrupts is left out of the
 * machine's: on loopback most of it delivers our own packets, and many kernels charge it to the thread that was interrupted. So a load
 * of some hundredths of a core may be missed, and none is made up. For one thread.
 */
public final class MachineWatch {
    private static final Path STAT = Path.of("/proc/stat");
    private static final Path PRESSURE = Path.of("/proc/pressure/cpu");

    private final CpuByThread server;
    private final CpuByThread harness = new CpuByThread(ProcessHandle.current().pid());
    private final long serverPid;
    private final boolean apart;
    private long beganAt;
    private Reading began;
    private Reading ended;
    private double seconds;
    private String compilers = "as they were";

    /** Cumulative times, in milliseconds; -1 where the system does not tell. */
    record Reading(
            long busyMillis,
            long stolenMillis,
            long oursMillis,
            long pressureMicros,
            long gcs,
            long gcMillis) {}

    /**
     * @param serverPid -1 for a server of which nothing can be known, or this process for an embedded one
     */
    public MachineWatch(long serverPid) {
        this.serverPid = serverPid;
        this.apart = serverPid != ProcessHandle.current().pid();
        this.server = new CpuByThread(serverPid);
    }

    /** Measuring begins. */
    public void begin() {
        server.begin();
        harness.begin();
        began = reading();
        beganAt = System.nanoTime();
    }

    /**
     * Lets no compilation of harness or server make another thread wait; before {@link #begin}. Only where what is hot has been compiled
     * and a core has room for the rest. What compiling costs a server that was started just now is measured by {@code shape-change},
     * which lowers nothing.
     */
    public void lowerCompilers() {
        compilers = CompilerThreads.lower(ProcessHandle.current().pid());
        if (apart) {
            compilers += ", the server's: " + CompilerThreads.lower(serverPid);
        }
    }

    /** Takes note of all threads, now and then: those that end later are not lost. */
    public void sample() {
        server.sample();
        harness.sample();
    }

    /** Measuring has ended. */
    public void end() {
        seconds = (System.nanoTime() - beganAt) / 1e9;
        ended = reading();
        sample();
    }

    /** Processor time of the server by thread name. */
    public Map<String, Long> serverMillis() {
        return server.millis();
    }

    /** What was seen from {@link #begin} to {@link #end}, as a first attempt. */
    public Machine result() {
        Map<String, Double> cores = new TreeMap<>();
        if (apart) {
            share(cores, "server", server.millis());
        }
        share(cores, "harness", harness.millis());
        long busy = ended.busyMillis - began.busyMillis;
        if (ended.busyMillis >= 0) {
            // Ticks are counted for the machine and for each thread apart, so the difference may be
            // a little below nothing.
            long foreign = Math.max(0, busy - (ended.oursMillis - began.oursMillis));
            cores.put(Machine.FOREIGN, cores(foreign));
            cores.put(Machine.STOLEN, cores(ended.stolenMillis - began.stolenMillis));
        }
        return new Machine(
                1,
                null,
                Runtime.getRuntime().availableProcessors(),
                cores,
                ended.pressureMicros < 0
                        ? -1
                        : (ended.pressureMicros - began.pressureMicros) / (seconds * 1e6),
                apart ? server.waitedMillis() : Map.of(),
                harness.waitedMillis(),
                compilers,
                ended.gcs - began.gcs,
                ended.gcMillis - began.gcMillis);
    }

    private void share(Map<String, Double> cores, String owner, Map<String, Long> millis) {
        long all = millis.values().stream().mapToLong(Long::longValue).sum();
        long compilers =
                millis.entrySet().stream()
                        .filter(thread -> CompilerThreads.isOne(thread.getKey()))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        cores.put(owner, cores(all - compilers));
        cores.put(owner + "_compilers", cores(compilers));
    }

    private double cores(long millis) {
        return Math.round(millis / seconds) / 1e3;
    }

    private static Reading reading() {
        long gcs = 0;
        long gcMillis = 0;
        for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
            gcs += Math.max(0, gc.getCollectionCount());
            gcMillis += Math.max(0, gc.getCollectionTime());
        }
        String stat = ProcFs.text(STAT);
        return new Reading(
                ticksMillis(stat, 1, 2, 3),
                ticksMillis(stat, 8),
                ours(),
                pressureMicros(ProcFs.text(PRESSURE)),
                gcs,
                gcMillis);
    }

    /** Of this process and of all processes that it started, living or ended. */
    private static long ours() {
        ProcessHandle self = ProcessHandle.current();
        return LongStream.concat(
                        LongStream.of(self.pid()), self.descendants().mapToLong(ProcessHandle::pid))
                .map(ProcFs::cpuMillisOfAll)
                .sum();
    }

    /**
     * {@code cpu user nice system idle iowait irq softirq steal guest guest_nice}, in ticks of 10 ms, since the start of the machine.
     * Stolen is what another machine of the same host had of our cores.
     */
    static long ticksMillis(String stat, int... columns) {
        String[] fields = stat.lines().findFirst().orElse("").trim().split(" +");
        if (fields.length < 9 || !fields[0].equals("cpu")) {
            return -1;
        }
        long ticks = 0;
        for (int column : columns) {
            ticks += Long.parseLong(fields[column]);
        }
        return ticks * 10;
    }

    /** {@code some avg10=0.00 avg60=0.00 avg300=0.00 total=123}, in microseconds. */
    static long pressureMicros(String pressure) {
        return pressure.lines()
                .filter(line -> line.startsWith("some ") && line.contains(" total="))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".* total=", "")))
                .findFirst()
                .orElse(-1);
    }
}
