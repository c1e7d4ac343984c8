package io.replbuf.harness.measure;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the machine's cores did while a cell was measured, and how long threads waited for one: the part of {@code cell.json} that
 * tells a slow server from a busy machine.
 *
 * @param attempt 1, or 2 for a cell that was run again
 * @param repeatedBecause why the first attempt does not count, or null
 * @param cores of the machine
 * @param coresByOwner cores kept busy on average, by owner: server, server_compilers, harness, harness_compilers, foreign, and stolen:
 *     what the host of a virtual machine gave to another one
 * @param cpuPressure share of the time in which at least one task of the machine waited for a core, as the kernel counts it; -1
 *     where it does not
 * @param serverWaitMillis time that the server's threads were ready to run and had no core, by thread name
 * @param harnessWaitMillis the same of loader, replicas and pingers
 * @param compilers what was done to the compilers' threads before measuring, see {@link CompilerThreads#lower}
 * @param harnessGcCount collections of the harness' JVM
 * @param harnessGcMillis their pauses
 */
public record Machine(
        int attempt,
        String repeatedBecause,
        int cores,
        Map<String, Double> coresByOwner,
        double cpuPressure,
        Map<String, Long> serverWaitMillis,
        Map<String, Long> harnessWaitMillis,
        String compilers,
        long harnessGcCount,
        long harnessGcMillis) {
    public static final String FOREIGN = "foreign";
    public static final String STOLEN = "stolen";

    /** Beyond a tenth of a core another's load is no longer small beside what a loader or a command loop takes. */
    public static final double FOREIGN_CORES_MAX = 0.1;

    public Machine {
        coresByOwner = sorted(coresByOwner);
        serverWaitMillis = sorted(serverWaitMillis);
        harnessWaitMillis = sorted(harnessWaitMillis);
    }

    private static <V> Map<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /** Cores that others had, stolen ones included; 0 where the system does not tell. */
    public double foreignCores() {
        return coresByOwner.getOrDefault(FOREIGN, 0.0) + coresByOwner.getOrDefault(STOLEN, 0.0);
    }

    /** Whether others' load was more than {@link #FOREIGN_CORES_MAX}. */
    @JsonIgnore
    public boolean isDisturbed() {
        return foreignCores() > FOREIGN_CORES_MAX;
    }

    /** The same as the second attempt. */
    public Machine secondAttempt(String because) {
        return new Machine(
                2,
                because,
                cores,
                coresByOwner,
                cpuPressure,
                serverWaitMillis,
                harnessWaitMillis,
                compilers,
                harnessGcCount,
                harnessGcMillis);
    }
}
