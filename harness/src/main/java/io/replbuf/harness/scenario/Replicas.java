package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Duration;
import java.util.List;

/**
 * The simulated replicas: how many, and what all of them have in common; groups may differ.
 *
 * @param count replicas in all, groups included
 * @param reader settings of those in no group
 * @param groups parts of the replicas that differ, taken in index order from 0; the rest is in no group
 * @param reconnect how long a replica waits after its connection was closed before it asks again
 * @param check how much of what they read is compared with the truth
 * @param control whether one more replica is attached where the server keeps a tap, as it always is to a real server: then all
 *     arms serve equally many
 */
public record Replicas(
        Integer count,
        Reader reader,
        List<ReplicaGroup> groups,
        @JsonDeserialize(using = Quantities.DurationDeserializer.class) Duration reconnect,
        StreamCheck check,
        Boolean control) {

    /** How much of the stream replicas check. Offsets and gaps are always checked. */
    public enum StreamCheck {
        /** Every chunk: costs a pass over all bytes. */
        @JsonProperty("all")
        ALL,
        /** One chunk in 64: replicas cost next to nothing, and still prove what they read. */
        @JsonProperty("sampled")
        SAMPLED,
        /** None. */
        @JsonProperty("none")
        NONE
    }

    static final int COUNT_MAX = 10_000;

    public Replicas {
        Check.present("count", count);
        Check.range("count", count, 0, COUNT_MAX);
        reader = reader == null ? Reader.UNLIMITED : reader;
        groups = Check.list("groups", groups, 0, 100);
        Check.distinct("groups", groups.stream().map(ReplicaGroup::name).toList());
        reconnect =
                reconnect == null ? Duration.ofMillis(500) : Check.positive("reconnect", reconnect);
        check = check == null ? StreamCheck.ALL : check;
        control = control != null && control;
        int grouped = 0;
        for (ReplicaGroup group : groups) {
            grouped += group.replicas().pick(count);
        }
        if (grouped > count) {
            throw new IllegalArgumentException(
                    "groups: " + grouped + " replicas (expected: at most count=" + count + ")");
        }
    }

    /**
     * How a replica reads.
     *
     * @param link name of its link, or null for an unshaped one
     * @param readBytesPerSecond how fast it takes bytes off its socket; null: as they come
     * @param applyDelay time it spends on what it has read before it acknowledges it
     * @param receiveBufferBytes SO_RCVBUF, set before it connects, since a stalled peer's kernel buffer swallows
     *     megabytes; 0 leaves it to the kernel, as a plain client would
     */
    public record Reader(
            String link,
            @JsonProperty("rate") @JsonDeserialize(using = Quantities.ByteRateDeserializer.class)
                    Long readBytesPerSecond,
            @JsonDeserialize(using = Quantities.DurationDeserializer.class) Duration applyDelay,
            @JsonProperty("receiveBuffer")
                    @JsonDeserialize(using = Quantities.SizeDeserializer.class)
                    Long receiveBufferBytes) {

        public static final Reader UNLIMITED = new Reader(null, null, null, null);

        public Reader {
            if (readBytesPerSecond != null) {
                Check.range("rate", readBytesPerSecond, 1, 1L << 40);
            }
            applyDelay = applyDelay == null ? Duration.ZERO : applyDelay;
            receiveBufferBytes =
                    receiveBufferBytes == null
                            ? 64L << 10
                            : receiveBufferBytes == 0
                                    ? 0L
                                    : Check.range(
                                            "receiveBuffer", receiveBufferBytes, 2_304, 1L << 30);
        }
    }
}
