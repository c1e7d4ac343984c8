package io.replbuf.server;

import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.log.LogConfig;
import io.replbuf.primary.PrimaryConfig;
import io.replbuf.primary.SendConfig;
import io.replbuf.primary.Strategies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of all directives.
 *
 * <p>Built and read by the starting thread, then the command loop's alone. Values are held as Redis prints them; who needs
 * one on a hot path takes it out when it changes.
 */
public final class ServerConfig {
    /** Redis raises a smaller {@code repl-backlog-size} to this without a word. */
    static final long BACKLOG_BYTES_MIN = 16 * 1024;

    private final Directives directives;
    private final Map<Directive, String> values = new HashMap<>();
    private String file = "";
    private boolean anyPort;

    /** All defaults. */
    public ServerConfig() {
        directives = new Directives(describedOptions());
        for (Directive directive : directives.all()) {
            values.put(directive, directive.defaultValue());
        }
    }

    /**
     * Sets a directive as the file and the command line do.
     *
     * @throws ConfigException if there is no such directive, it does not take this value, or it is something of Redis that
     *     this server does not have
     */
    public ServerConfig set(String name, String... arguments) throws ConfigException {
        set(name, List.of(arguments));
        return this;
    }

    void set(String name, List<String> arguments) throws ConfigException {
        Directive directive = directives.find(name);
        if (directive == null) {
            String nearest = NearestName.of(name, directives.names());
            throw new ConfigException(
                    "Bad directive or wrong number of arguments"
                            + (nearest == null
                                    ? ""
                                    : " (unknown: " + name + "; nearest: " + nearest + ")"));
        }
        if (arguments.isEmpty()) {
            throw new ConfigException("Bad directive or wrong number of arguments");
        }
        values.put(
                directive, floor(directive, directive.normalize(arguments, values.get(directive))));
    }

    /** The normal spelling that {@code arguments} would have, without setting it. */
    String normalized(Directive directive, String value) throws ConfigException {
        return floor(directive, directive.normalize(List.of(value), values.get(directive)));
    }

    /** Sets a value that {@link #normalized} has checked. */
    void put(Directive directive, String normalized) {
        values.put(directive, normalized);
    }

    /**
     * Lets {@code port 0} mean any free port instead of none, for embedded servers.
     */
    public ServerConfig anyPort(boolean yes) {
        anyPort = yes;
        return this;
    }

    boolean anyPort() {
        return anyPort;
    }

    Directives directives() {
        return directives;
    }

    String value(Directive directive) {
        return values.get(directive);
    }

    /** The file that it was read from, empty without. */
    String file() {
        return file;
    }

    void file(String path) {
        file = path;
    }

    public String text(String name) {
        return values.get(known(name));
    }

    public long number(String name) {
        return Long.parseLong(text(name));
    }

    public boolean bool(String name) {
        return text(name).equals("yes");
    }

    Path dir() {
        return Path.of(text("dir")).toAbsolutePath().normalize();
    }

    /** A path, null if the directive is empty. */
    Path path(String name) {
        String value = text(name);
        return value.isEmpty() ? null : Path.of(value).toAbsolutePath().normalize();
    }

    /** {@code requirepass}, null if everybody may come in. */
    String password() {
        String password = text("requirepass");
        return password.isEmpty() ? null : password;
    }

    ClientLimits limits() {
        return ClientLimits.parse(text("client-output-buffer-limit"));
    }

    List<SavePoint> savePoints() {
        try {
            return SavePoints.parse(text("save"));
        } catch (ConfigException e) {
            throw new IllegalStateException("save: " + text("save") + " passed its check", e);
        }
    }

    PrimaryConfig primary() {
        LimitConfig limit = limits().replica();
        return new PrimaryConfig(
                number("repl-backlog-size"),
                (int) number("repl-backlog-ttl"),
                (int) number("repl-timeout"),
                (int) number("repl-ping-replica-period"),
                bool("repl-diskless-sync"),
                (int) number("repl-diskless-sync-delay"),
                (int) number("repl-diskless-sync-max-replicas"),
                limit,
                !bool("repl-disable-tcp-nodelay"));
    }

    /** What strategies and their log are configured with: every option that one of them describes, and the log's names. */
    Map<String, String> strategyOptions() {
        Map<String, String> options = new LinkedHashMap<>();
        for (Directive directive : directives.all()) {
            String name = directive.name();
            boolean theirs = name.startsWith("repl-buffer-") || name.startsWith("repl-log-");
            boolean logs =
                    name.equals("appendfsync")
                            || name.equals("appendonly")
                            || name.equals("appenddirname")
                            || name.equals("appendfilename");
            if (theirs || logs) {
                options.put(name, values.get(directive));
            }
        }
        return options;
    }

    private Directive known(String name) {
        Directive directive = directives.find(name);
        if (directive == null) {
            throw new IllegalArgumentException(
                    "directive: " + name + " (expected: one of directives.txt)");
        }
        return directive;
    }

    private static String floor(Directive directive, String value) {
        return directive.name().equals("repl-backlog-size")
                ? Long.toString(Math.max(Long.parseLong(value), BACKLOG_BYTES_MIN))
                : value;
    }

    private static List<BufferOption> describedOptions() {
        List<BufferOption> options = new ArrayList<>();
        Strategies.all().forEach(factory -> options.addAll(factory.options()));
        options.addAll(LogConfig.options());
        options.addAll(SendConfig.logOptions());
        return options;
    }
}
