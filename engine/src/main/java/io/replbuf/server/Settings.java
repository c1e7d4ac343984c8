package io.replbuf.server;

import io.netty.channel.ChannelOption;
import io.replbuf.log.LogConfig;
import io.replbuf.primary.SendConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Carries out what CONFIG SET changed. Command loop only. */
final class Settings {
    private final CommandLoop server;
    private final Consumer<String> logLevel;
    private final Runnable cronChanged;

    /**
     * @param logLevel sets the log's level by Redis' word
     * @param cronChanged {@code hz} has another value
     */
    Settings(CommandLoop server, Consumer<String> logLevel, Runnable cronChanged) {
        this.server = server;
        this.logLevel = logLevel;
        this.cronChanged = cronChanged;
    }

    /**
     * @throws ConfigException if the value, though well-formed, cannot be used
     */
    void apply(Directive directive) throws ConfigException {
        ServerConfig config = server.config();
        String name = directive.name();
        if (name.startsWith("repl-log-")) {
            try {
                server.primary().configure(LogConfig.of(config.strategyOptions(), config.dir()));
            } catch (IllegalArgumentException e) {
                throw new ConfigException(e.getMessage());
            }
        } else if (name.startsWith("repl-") || name.equals("client-output-buffer-limit")) {
            server.primary().configure(config.primary());
        }
        switch (name) {
            case "loglevel" -> logLevel.accept(config.text(name));
            case "hz" -> cronChanged.run();
            case "dir" -> {
                Path dir = config.dir();
                if (!Files.isDirectory(dir)) {
                    throw new ConfigException("changing directory: No such file or directory");
                }
            }
            case "appendfsync" -> {
                try {
                    SendConfig.of(config.strategyOptions());
                } catch (IllegalArgumentException e) {
                    throw new ConfigException(e.getMessage());
                }
            }
            case "appendonly" -> {
                boolean on = config.bool(name);
                if (server.rewrites().possible()) {
                    server.rewrites().appendOnly(on);
                } else if (on) {
                    throw new ConfigException(
                            "this server keeps no log: appendonly yes must be there at start");
                }
            }
            case "tcp-keepalive" ->
                    server.clients()
                            .ordinary()
                            .forEach(client -> keepAlive(client, config.number(name) > 0));
            default -> {
                // Read where it is needed, or taken over below.
            }
        }
        server.configured();
    }

    private static void keepAlive(Client client, boolean on) {
        if (!client.unixSocket) {
            client.channel.config().setOption(ChannelOption.SO_KEEPALIVE, on);
        }
    }
}
