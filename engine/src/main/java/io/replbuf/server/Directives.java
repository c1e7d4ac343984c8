package io.replbuf.server;

import io.replbuf.buffer.BufferOption;
import io.replbuf.log.LogConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * All directives by name and alias: the table in {@code directives.txt}, and the options of the strategies that were found.
 */
final class Directives {
    private static final String TABLE = "directives.txt";

    private final Map<String, Directive> byName = new LinkedHashMap<>();
    private final List<Directive> all = new ArrayList<>();

    /**
     * @param strategyOptions directives that strategies describe; taken at start only, but for those that an open log takes over
     */
    Directives(Collection<BufferOption> strategyOptions) {
        try (InputStream table = Directives.class.getResourceAsStream(TABLE)) {
            if (table == null) {
                throw new IllegalStateException(TABLE + ": not on the class path");
            }
            new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                    .forEach(line -> add(parse(line)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (BufferOption option : strategyOptions) {
            if (find(option.name()) == null) {
                add(
                        new Directive(
                                option.name(),
                                null,
                                Directive.Kind.TEXT,
                                0,
                                0,
                                0,
                                0,
                                List.of(),
                                LogConfig.isSettable(option)
                                        ? Directive.Support.LIVE
                                        : Directive.Support.START,
                                Set.of(),
                                option.defaultValue()));
            }
        }
    }

    /** The directive of that name or alias in any case, null without. */
    Directive find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** In the table's order. */
    List<Directive> all() {
        return Collections.unmodifiableList(all);
    }

    Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    private void add(Directive directive) {
        all.add(directive);
        byName.put(directive.name().toLowerCase(Locale.ROOT), directive);
        if (directive.alias() != null) {
            byName.put(directive.alias(), directive);
        }
    }

    private static Directive parse(String line) {
        String[] columns = line.split("\\s+", 4);
        if (columns.length < 3) {
            throw new IllegalStateException(
                    TABLE + ": " + line + " (expected: name kind support default)");
        }
        String[] names = columns[0].split(",");
        String[] kind = columns[1].split(":", 2);
        String[] support = columns[2].split("\\+");
        Directive.Kind parsed =
                switch (kind[0]) {
                    case "mem" -> Directive.Kind.MEMORY;
                    default -> Directive.Kind.valueOf(kind[0].toUpperCase(Locale.ROOT));
                };
        boolean ranged = parsed == Directive.Kind.INT || parsed == Directive.Kind.MEMORY;
        String[] ranges = ranged ? kind[1].split(">") : new String[] {"0..0"};
        String[] accepted = ranges[0].split("\\.\\.");
        String[] kept = ranges[ranges.length - 1].split("\\.\\.");
        Set<Directive.Trait> traits = EnumSet.noneOf(Directive.Trait.class);
        for (int i = 1; i < support.length; i++) {
            traits.add(Directive.Trait.valueOf(support[i].toUpperCase(Locale.ROOT)));
        }
        return new Directive(
                names[0],
                names.length > 1 ? names[1] : null,
                parsed,
                Long.parseLong(accepted[0]),
                Long.parseLong(accepted[1]),
                Long.parseLong(kept[0]),
                Long.parseLong(kept[1]),
                parsed == Directive.Kind.ENUM ? List.of(kind[1].split("\\|")) : List.of(),
                Directive.Support.valueOf(support[0].toUpperCase(Locale.ROOT)),
                traits,
                columns.length > 3 ? columns[3] : "");
    }
}
