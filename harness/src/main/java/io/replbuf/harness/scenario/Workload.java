package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;

/**
 * What the loader writes: SETs of values of one size on keys drawn evenly.
 *
 * @param mode open: writes have intended times and a late one is charged for its lateness; closed: the next write waits for a
 *     reply, which measures saturation and is stamped so
 * @param arrival how intended times are spaced; open mode only
 * @param ratePerSecond writes a second over all connections; open mode only
 * @param valueBytes payload of each write
 * @param keys size of the keyspace
 * @param preload whether every key is written once before the replicas attach, so that a full resync has its final size
 * @param connections client connections that share the rate
 * @param pipeline writes in flight per connection; closed mode only
 * @param lagLimitBytes the loader waits while a replica is further behind than this, so that the rate is one that all follow;
 *     closed mode only, null for no limit
 */
public record Workload(
        Mode mode,
        Arrival arrival,
        @JsonProperty("rate") @JsonDeserialize(using = Quantities.EventRateDeserializer.class)
                Double ratePerSecond,
        @JsonProperty("valueSize") @JsonDeserialize(using = Quantities.SizeDeserializer.class)
                Long valueBytes,
        @JsonProperty("keys") Integer keys,
        Boolean preload,
        Integer connections,
        Integer pipeline,
        @JsonProperty("lagLimit") @JsonDeserialize(using = Quantities.SizeDeserializer.class)
                Long lagLimitBytes) {

    /** Bytes of {@code *3 $3 SET $n key $n value} beside the value, with the loader's 16-byte keys. */
    static final int COMMAND_OVERHEAD_BYTES = 46;

    /** Whether the schedule or the server sets the pace. */
    public enum Mode {
        @JsonProperty("open")
        OPEN,
        @JsonProperty("closed")
        CLOSED
    }

    /** How intended times are spaced. */
    public enum Arrival {
        @JsonProperty("uniform")
        UNIFORM,
        @JsonProperty("poisson")
        POISSON
    }

    public Workload {
        mode = mode == null ? Mode.OPEN : mode;
        arrival = arrival == null ? Arrival.UNIFORM : arrival;
        if (mode == Mode.OPEN || ratePerSecond != null) {
            Check.present("rate", ratePerSecond);
            Check.range("rate", ratePerSecond, 0.001, 50_000_000.0);
        }
        valueBytes =
                valueBytes == null ? 1_024 : Check.range("valueSize", valueBytes, 1, 512L << 20);
        keys = keys == null ? 10_000 : Check.range("keys", keys, 1, 100_000_000);
        preload = preload == null || preload;
        connections = connections == null ? 1 : Check.range("connections", connections, 1, 10_000);
        if (lagLimitBytes != null) {
            Check.range("lagLimit", lagLimitBytes, 1 << 20, 1L << 40);
            if (mode == Mode.OPEN) {
                throw new IllegalArgumentException(
                        "lagLimit: " + lagLimitBytes + " (expected: only in mode closed)");
            }
        }
        pipeline = pipeline == null ? 1 : Check.range("pipeline", pipeline, 1, 100_000);
    }

    /** Bytes a second that the schedule puts on the stream; 0 in closed mode, where nobody knows beforehand. */
    public double streamBytesPerSecond() {
        return mode == Mode.CLOSED ? 0 : ratePerSecond * (valueBytes + COMMAND_OVERHEAD_BYTES);
    }

    /** Payload that the keyspace holds once every key has been written. */
    public long dataBytes() {
        return keys * valueBytes;
    }
}
