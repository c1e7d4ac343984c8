package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What runs the engine under test.
 *
 * @param kind see {@link Kind}
 * @param address {@code host:port} of a running server; kind redis only
 * @param command a command line that starts one, its first word a path or one of {@link RedisPrograms}' names; the port and
 *     directives are appended to it; kind redis only
 * @param heapBytes the engine's {@code -Xmx}; kind process only
 * @param jvmFlags further flags of the engine's JVM; kind process only
 * @param cpus the processors that the server may run on, as taskset has them: {@code 0} or {@code 0,1}; null for all. An arm's target
 *     without them has the scenario's
 * @param compilations whether the engine's JVM says what it compiled when, in {@code compilations.log} of the cell; kind process
 *     only
 */
public record Target(
        Kind kind,
        String address,
        String command,
        @JsonProperty("heap") @JsonDeserialize(using = Quantities.SizeDeserializer.class)
                Long heapBytes,
        List<String> jvmFlags,
        String cpus,
        Boolean compilations) {

    private static final Pattern CPUS =
            Pattern.compile("[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*");

    static final long HEAP_BYTES = 512L << 20;

    /** A fresh process of this jar for each cell, which is what a claim about memory needs. */
    public static final Target ENGINE_PROCESS =
            new Target(Kind.PROCESS, null, null, null, null, null, null);

    /** Where the engine lives. */
    public enum Kind {
        /** In this JVM: quick to start, but its memory and pauses are shared with loader and replicas. */
        @JsonProperty("embedded")
        EMBEDDED,
        /** A fresh JVM for each cell. */
        @JsonProperty("process")
        PROCESS,
        /** A real redis-server or valkey-server, by address or by command. */
        @JsonProperty("redis")
        REDIS
    }

    public Target {
        Check.present("kind", kind);
        boolean real = kind == Kind.REDIS;
        if (real == (address == null && command == null) || (address != null && command != null)) {
            throw new IllegalArgumentException(
                    "target: kind "
                            + kind.name().toLowerCase(java.util.Locale.ROOT)
                            + ", address "
                            + address
                            + ", command "
                            + command
                            + " (expected: an address or a command for kind redis, neither for the others)");
        }
        heapBytes =
                heapBytes == null
                        ? HEAP_BYTES
                        : Check.range("heap", heapBytes, 16L << 20, 1L << 40);
        jvmFlags = Check.list("jvmFlags", jvmFlags, 0, 100);
        compilations = compilations != null && compilations;
        boolean started = kind == Kind.PROCESS || command != null;
        if (cpus != null && !(started && CPUS.matcher(cpus).matches())) {
            throw new IllegalArgumentException(
                    "cpus: "
                            + cpus
                            + " (expected: numbers or ranges such as 0,2-3, for a server that is started here)");
        }
    }

    /** The same where the scenario says on which processors. */
    Target within(Target scenarios) {
        return cpus != null || scenarios.cpus == null
                ? this
                : new Target(
                        kind, address, command, heapBytes, jvmFlags, scenarios.cpus, compilations);
    }

    /** The same server by a command line that was found to be the one meant. */
    public Target withCommand(String found) {
        return new Target(kind, null, found, heapBytes, jvmFlags, cpus, compilations);
    }

    /** What confines a command to these processors, to be put before it. */
    public List<String> confinement() {
        return cpus == null ? List.of() : List.of("taskset", "-c", cpus);
    }
}
