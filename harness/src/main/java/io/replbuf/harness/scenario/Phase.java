package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Duration;

/**
 * A stretch of a cell's time.
 *
 * <p>Time 0 of a cell is the end of its last warm-up. At the start of the first drain every fault is healed and the load stops;
 * the drain ends when no replica lags.
 *
 * @param name lower-case letters, digits and dashes; faults refer to it
 * @param kind see {@link Kind}
 * @param duration how long; of a drain: how long it is expected to take
 * @param limit of a drain: after this it is given up and the cell fails; by default ten times its duration, 10 s at least. Of a
 *     warm-up: it is preceded by as much load as the server's compiler needs to come to rest, but no longer than this
 * @param load whether the loader writes; in a drain it never does
 * @param pipeline the loader keeps so many writes in flight per connection instead of what the workload states, in closed loop; null for
 *     the workload's own shape
 * @param settle of a measured phase: how much of its begin its own percentiles leave out, because it belongs to the change
 */
public record Phase(
        String name,
        Kind kind,
        @JsonDeserialize(using = Quantities.DurationDeserializer.class) Duration duration,
        @JsonDeserialize(using = Quantities.DurationDeserializer.class) Duration limit,
        Boolean load,
        Integer pipeline,
        @JsonDeserialize(using = Quantities.DurationDeserializer.class) Duration settle) {

    /** What a phase is for. */
    public enum Kind {
        /** Load runs, results are recorded but not counted. */
        @JsonProperty("warmup")
        WARMUP,
        /** Load runs, results count. */
        @JsonProperty("measure")
        MEASURE,
        /** Load rests until all replicas have caught up. */
        @JsonProperty("drain")
        DRAIN
    }

    public Phase {
        Check.name("name", name);
        kind = kind == null ? Kind.MEASURE : kind;
        Check.present("duration", duration);
        Check.positive("duration", duration);
        load = load == null ? kind != Kind.DRAIN : load;
        if (load && kind == Kind.DRAIN) {
            throw new IllegalArgumentException(
                    "load: true in phase " + name + " (expected: none in a phase of kind drain)");
        }
        if (kind == Kind.MEASURE && limit != null) {
            throw new IllegalArgumentException(
                    "limit: "
                            + limit
                            + " in phase "
                            + name
                            + " (expected: only in a phase of kind warmup or drain)");
        }
        if (pipeline != null) {
            Check.range("pipeline", pipeline, 1, 4_096);
        }
        if (pipeline != null && !load) {
            throw new IllegalArgumentException(
                    "pipeline: "
                            + pipeline
                            + " in phase "
                            + name
                            + " (expected: only in a phase with load)");
        }
        boolean settles = settle != null;
        settle = settles ? settle : Duration.ZERO;
        if (settles && (kind != Kind.MEASURE || settle.compareTo(duration) >= 0)) {
            throw new IllegalArgumentException(
                    "settle: "
                            + settle
                            + " in phase "
                            + name
                            + " (expected: less than duration="
                            + duration
                            + ", only in a phase of kind measure)");
        }
        if (kind == Kind.DRAIN && limit == null) {
            Duration tenfold = duration.multipliedBy(10);
            limit =
                    tenfold.compareTo(Duration.ofSeconds(10)) < 0
                            ? Duration.ofSeconds(10)
                            : tenfold;
        }
    }
}
