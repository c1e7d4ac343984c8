package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A number of replicas, absolute or as a part of those there are.
 *
 * @param value a count, or a percentage from 0 to 100
 * @param percent which of the two
 */
public record Share(double value, boolean percent) {
    public Share {
        if (percent) {
            Check.range("replicas", value, 0.0, 100.0);
        } else {
            Check.range("replicas", value, 0.0, Replicas.COUNT_MAX);
            if (value != Math.rint(value)) {
                throw new IllegalArgumentException(
                        "replicas: " + value + " (expected: a whole number)");
            }
        }
    }

    @JsonCreator
    public static Share parse(String text) {
        String trimmed = text.strip();
        return trimmed.endsWith("%")
                ? new Share(Quantities.percent("replicas", trimmed), true)
                : new Share(Quantities.number("replicas", trimmed), false);
    }

    @JsonCreator
    public static Share of(int count) {
        return new Share(count, false);
    }

    /** How many of {@code available} replicas this is; a percentage above nothing is at least one. */
    public int pick(int available) {
        if (!percent) {
            return (int) value;
        }
        int picked = (int) Math.floor(available * value / 100);
        return picked == 0 && value > 0 && available > 0 ? 1 : picked;
    }

    @JsonValue
    @Override
    public String toString() {
        return percent ? value + "%" : Integer.toString((int) value);
    }
}
