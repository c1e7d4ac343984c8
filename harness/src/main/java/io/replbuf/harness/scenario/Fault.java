package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Duration;
import java.util.List;

/**
 * Something that happens to replicas, once or again and again.
 *
 * <p>All draws of a fault come from random streams that its name and the scenario's seed determine, so adding a fault leaves
 * the others' events as they were.
 *
 * @param name lower-case letters, digits and dashes; unique in its scenario
 * @param verb what happens
 * @param phase the phase within which it happens and whose start its times count from; null: from the measure start to the
 *     first drain
 * @param group takes its replicas from this group only; null: from all
 * @param replicas which of them
 * @param at when it happens first; null: after a first draw of every, or else at once
 * @param every time between happenings, counted from start to start; null: it happens once
 * @param duration how long its effect stays: one draw, or a list with one for each replica chosen; null: until the first drain
 * @param count how often at most; null: as often as the phase has room for
 * @param rateBytesPerSecond of slow-reader: what the replica still reads
 * @param correlated true: replicas are struck together and for the same time; false: each follows draws of its own
 */
public record Fault(
        String name,
        Verb verb,
        String phase,
        String group,
        Selection replicas,
        @JsonDeserialize(using = Quantities.DurationDeserializer.class) Duration at,
        Draw every,
        @JsonProperty("for") DrawList duration,
        Integer count,
        @JsonProperty("rate") @JsonDeserialize(using = Quantities.ByteRateDeserializer.class)
                Long rateBytesPerSecond,
        Boolean correlated) {

    /** What can happen to a replica. */
    public enum Verb {
        /** It closes its connection (FIN), keeps its offset, and comes back after the duration. */
        @JsonProperty("disconnect")
        DISCONNECT,
        /** The same with a reset (RST), in the middle of whatever was being sent. */
        @JsonProperty("reset-peer")
        RESET_PEER,
        /** It stays connected and reads nothing: its TCP window closes. */
        @JsonProperty("pause-reader")
        PAUSE_READER,
        /** It stays connected and reads at a rate. */
        @JsonProperty("slow-reader")
        SLOW_READER,
        /** It is absent from the start, comes without an offset, and stays for the duration. */
        @JsonProperty("join")
        JOIN,
        /** It goes, forgets its offset, and comes back after the duration as a new one, if that is given. */
        @JsonProperty("leave")
        LEAVE
    }

    public Fault {
        Check.name("name", name);
        Check.present("verb", verb);
        replicas = replicas == null ? Selection.ALL : replicas;
        if (at != null) {
            Check.atMost("at", at, Draw.LONGEST);
        }
        if (count != null) {
            Check.range("count", count, 1, 1_000_000);
        }
        if ((verb == Verb.SLOW_READER) != (rateBytesPerSecond != null)) {
            throw new IllegalArgumentException(
                    "rate: "
                            + rateBytesPerSecond
                            + " of fault "
                            + name
                            + " (expected: a rate with verb slow-reader, none with the others)");
        }
        if (rateBytesPerSecond != null) {
            Check.range("rate", rateBytesPerSecond, 1, 1L << 40);
        }
        correlated = correlated == null || correlated;
    }

    /**
     * How long an effect stays.
     *
     * @param draws one for all replicas, or one for each replica chosen, in index order
     */
    @JsonDeserialize(using = DrawDeserializers.OfList.class)
    public record DrawList(List<Draw> draws) {
        public DrawList {
            draws = Check.list("for", draws, 1, Replicas.COUNT_MAX);
        }
    }
}
