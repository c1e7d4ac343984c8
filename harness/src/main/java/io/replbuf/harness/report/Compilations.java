package io.replbuf.harness.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an engine's JVM compiled when: the lines of {@code compilations.log} that begin a compilation or undo one.
 *
 * <p>The file is the JVM's own, {@code -Xlog:jit+compilation=debug} with milliseconds since the epoch. A line that is none of these
 * is left out, since its format is no promise of any JDK.
 */
record Compilations(List<Event> events) {
    static final Compilations NONE = new Compilations(List.of());

    /** {@code [1764292612345ms]  812  4  io.x.Y::z (24 bytes)   made not entrant}; flags may stand before the level. */
    private static final Pattern LINE =
            Pattern.compile("\\[(\\d+)ms\\]\\s+\\d+\\s+(?:[%sbn!]\\s*)*([1-4])\\s+\\S+::.*");

    private static final String UNDONE = "made not entrant";

    /** Compiled code at work: 4 is the optimizing compiler's, which assumes what may turn out to be wrong. */
    private static final int OPTIMIZED = 4;

    /**
     * @param atMillis since the epoch
     * @param undone whether compiled code was given up, where it was compiled else
     */
    record Event(long atMillis, int level, boolean undone) {
        /** A compilation by the quick compiler. */
        boolean quick() {
            return !undone && level < OPTIMIZED;
        }

        /** A compilation by the optimizing one. */
        boolean optimized() {
            return !undone && level == OPTIMIZED;
        }

        /** Optimized code that rested on what was no longer so; quick code is replaced all the time. */
        boolean optimizedUndone() {
            return undone && level == OPTIMIZED;
        }
    }

    /** Empty without the file: a real server has none, nor has a scenario that does not ask. */
    static Compilations read(Path file) throws IOException {
        List<Event> events = new ArrayList<>();
        try (var lines = Files.lines(file)) {
            lines.map(LINE::matcher)
                    .filter(Matcher::matches)
                    .forEach(
                            line ->
                                    events.add(
                                            new Event(
                                                    Long.parseLong(line.group(1)),
                                                    Integer.parseInt(line.group(2)),
                                                    line.group().contains(UNDONE))));
        } catch (NoSuchFileException none) {
            return NONE;
        }
        return new Compilations(List.copyOf(events));
    }

    /** How many a second in the time given, in milliseconds since the epoch. */
    double perSecond(double fromMillis, double toMillis, Predicate<Event> kind) {
        long count =
                events.stream()
                        .filter(event -> event.atMillis >= fromMillis && event.atMillis < toMillis)
                        .filter(kind)
                        .count();
        return count * 1_000.0 / Math.max(1, toMillis - fromMillis);
    }
}
