package io.replbuf.harness.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks of the model's values; each failure says what, the value, and what was expected. */
final class Check {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?");

    private Check() {}

    static <T> T present(String what, T value) {
        if (value == null) {
            throw new IllegalArgumentException(what + ": missing (expected: a value)");
        }
        return value;
    }

    static String name(String what, String value) {
        present(what, value);
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    what
                            + ": "
                            + value
                            + " (expected: lower-case letters, digits, dashes and dots, at most 64)");
        }
        return value;
    }

    static int range(String what, int value, int least, int most) {
        return (int) range(what, (long) value, (long) least, (long) most);
    }

    static long range(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: " + least + " to " + most + ")");
        }
        return value;
    }

    static double range(String what, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: " + least + " to " + most + ")");
        }
        return value;
    }

    static Duration positive(String what, Duration value) {
        if (value.isZero()) {
            throw new IllegalArgumentException(what + ": 0s (expected: more than nothing)");
        }
        return atMost(what, value, Draw.LONGEST);
    }

    static Duration atMost(String what, Duration value, Duration most) {
        if (value.isNegative() || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: 0s to " + most.toSeconds() + "s)");
        }
        return value;
    }

    static <T> List<T> list(String what, List<T> values, int least, int most) {
        List<T> present = values == null ? List.of() : values;
        if (present.size() < least || present.size() > most) {
            throw new IllegalArgumentException(
                    what
                            + ": "
                            + present.size()
                            + " entries (expected: "
                            + least
                            + " to "
                            + most
                            + ")");
        }
        for (T value : present) {
            if (value == null) {
                throw new IllegalArgumentException(what + ": an empty entry (expected: a value)");
            }
        }
        return List.copyOf(present);
    }

    /** An unmodifiable copy in the same order; a missing map is an empty one. */
    static <V> Map<String, V> map(Map<String, V> values) {
        return values == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static <T> void distinct(String what, List<T> values) {
        Set<T> seen = new HashSet<>();
        for (T value : new ArrayList<>(values)) {
            if (!seen.add(value)) {
                throw new IllegalArgumentException(
                        what + ": " + value + " twice (expected: each once)");
            }
        }
    }
}
