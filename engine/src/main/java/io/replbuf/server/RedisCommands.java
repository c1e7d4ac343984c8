package io.replbuf.server;

import io.replbuf.resp.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The names of Redis' own commands, to tell what this server lacks from what does not exist. */
final class RedisCommands {
    private static final String TABLE = "redis-commands.txt";
    private static final Set<String> NAMES = read();

    /** Those of them that a subcommand follows. */
    private static final Set<String> CONTAINERS =
            Set.of(
                    "acl",
                    "client",
                    "cluster",
                    "command",
                    "config",
                    "function",
                    "latency",
                    "memory",
                    "module",
                    "object",
                    "pubsub",
                    "script",
                    "slowlog",
                    "xgroup",
                    "xinfo");

    private RedisCommands() {}

    /** {@code xinfo|help}; null if Redis has no such command. */
    static String fullName(Request request) {
        String name = Refusals.clipped(request, 0).toLowerCase(Locale.ROOT);
        if (!has(name)) {
            return null;
        }
        return CONTAINERS.contains(name) && request.argc() > 1
                ? name + "|" + Refusals.clipped(request, 1).toLowerCase(Locale.ROOT)
                : name;
    }

    static boolean has(String name) {
        return NAMES.contains(name.toLowerCase(Locale.ROOT));
    }

    private static Set<String> read() {
        try (InputStream table = RedisCommands.class.getResourceAsStream(TABLE)) {
            if (table == null) {
                throw new IllegalStateException(TABLE + ": not on the class path");
            }
            return new BufferedReader(new InputStreamReader(table, StandardCharsets.US_ASCII))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.split(" ")))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
