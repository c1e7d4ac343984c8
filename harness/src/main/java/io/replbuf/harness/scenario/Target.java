package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;

/**
 * What runs the engine under test.
 *
 * @param kind see {@link Kind}
 * @param address {@code host:port} of a running server; kind redis only
 * @param command a command line that starts one, its first word a path or one of {@link RedisPrograms}' names; the port and
 *     directives are appended to it; kind redis only
 * @param heapBytes the engine's {@code -Xmx}; kind process only
 * @param jvmFlags further flags of the engine's JVM; kind process only
 */
public record Target(
        Kind kind,
        String address,
        String command,
        @JsonProperty("heap") @JsonDeserialize(using = Quantities.SizeDeserializer.class)
                Long heapBytes,
        List<String> jvmFlags) {

    static final long HEAP_BYTES = 512L << 20;

    /** A fresh process of this jar for each cell, which is what a claim about memory needs. */
    public static final Target ENGINE_PROCESS = new Target(Kind.PROCESS, null, null, null, null);

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
    }
}
