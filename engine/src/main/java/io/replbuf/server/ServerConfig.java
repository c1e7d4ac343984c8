package io.replbuf.server;

import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.NearestName;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.buffer.Strategies;
import io.replbuf.log.LogConfig;
import io.replbuf.primary.PrimaryConfig;
import io.replbuf.primary.SendConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The values of all directives.
 *
 * <p>Built and read by the starting thread, then the command loop's alone. Values are held as Redis prints them; who needs
 * one on a hot path takes it out when it changes.
 */
public final class ServerConfig {
    /** Where strategies are looked for beside the class path; what these describe are directives from then on. */
    static final String PATH = "repl-buffer-path";

    private final Map<Directive, String> values = new HashMap<>();

    /** Names of directives that were set. */
    private final Set<String> given = new HashSet<>();

    private Strategies strategies;
    private Directives directives;
    private String file = "";
    private boolean anyPort;

    /** All defaults. */
    public ServerConfig() {
        this(Strategies.onClassPath());
    }

    /** All defaults, with strategies that another configuration has found. */
    ServerConfig(Strategies strategies) {
        this.strategies = strategies;
        describe();
    }

    /** The values as they are now, for a thread that is not the command loop's while clients may change them. */
    ServerConfig copy() {
        ServerConfig copy = new ServerConfig(strategies);
        copy.values.putAll(values);
        copy.given.addAll(given);
        copy.file = file;
        copy.anyPort = anyPort;
        return copy;
    }

    /** Makes the table of directives from the strategies that there are; values of those that stay remain. */
    private void describe() {
        directives = new Directives(describedOptions());
        values.keySet().retainAll(directives.all());
        for (Directive directive : directives.all()) {
            values.putIfAbsent(directive, directive.defaultValue());
        }
    }

    /**
     * Sets a directive as the file and the command line do. {@code repl-buffer-path} goes before what the strategies found there
     * describe.
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
        List<String> words = arguments;
        if (directive.kind().several && arguments.size() == 1 && !arguments.get(0).isEmpty()) {
            words = ConfigReader.words(arguments.get(0));
        }
        String value = directive.normalize(words, values.get(directive));
        if (directive.name().equals(PATH)) {
            lookIn(value);
        }
        put(directive, value);
    }

    private void lookIn(String path) throws ConfigException {
        try {
            strategies = Strategies.in(Strategies.path(path));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(PATH + ": " + e.getMessage());
        }
        describe();
    }

    /** The normal spelling that CONFIG SET's {@code value} would have, without setting it. */
    String normalized(Directive directive, String value) throws ConfigException {
        List<String> words =
                directive.kind().several ? List.of(value.split(" ", -1)) : List.of(value);
        return directive.normalize(words, values.get(directive));
    }

    /** Sets a value that {@link #normalized} has checked. */
    void put(Directive directive, String normalized) {
        values.put(directive, normalized);
        given.add(directive.name());
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

    /**
     * @param directive {@code shutdown-on-sigint} or {@code shutdown-on-sigterm}
     */
    ShutdownMode shutdownMode(String directive) {
        try {
            return ShutdownMode.parse(List.of(text(directive).split(" ")));
        } catch (ConfigException e) {
            throw new IllegalStateException(directive + " passed its check", e);
        }
    }

    List<SavePoint> savePoints() {
        try {
            return SavePoints.parse(List.of(text("save").split(" ")));
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

    /**
     * The strategy that {@code repl-buffer-strategy} names.
     *
     * @throws IllegalArgumentException if there is none; says which there are
     */
    ReplicationBufferFactory strategy() {
        return strategies.named(text("repl-buffer-strategy"));
    }

    Strategies strategies() {
        return strategies;
    }

    /**
     * What strategies, their log and the sender are configured with: the values that were set of all that they describe. The
     * others are left out, because two strategies may describe one name with different defaults.
     */
    Map<String, String> strategyOptions() {
        List<String> names = new ArrayList<>(SendConfig.serverDirectives());
        describedOptions().forEach(option -> names.add(option.name()));
        Map<String, String> options = new LinkedHashMap<>();
        for (String name : names) {
            Directive directive = known(name);
            if (given.contains(directive.name())) {
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

    private List<BufferOption> describedOptions() {
        List<BufferOption> options = new ArrayList<>();
        strategies.all().forEach(factory -> options.addAll(factory.options()));
        options.addAll(LogConfig.options());
        options.addAll(SendConfig.logOptions());
        return options;
    }
}
