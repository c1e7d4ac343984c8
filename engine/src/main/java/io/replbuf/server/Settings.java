package io.replbuf.server;

import io.netty.channel.ChannelOption;
import io.replbuf.fault.FaultText;
import io.replbuf.log.LogConfig;
import io.replbuf.primary.SendConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what CONFIG SET changed. Command loop only. */
final class Settings {
    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);

    private final CommandLoop server;
    private final Consumer<String> logLevel;
    private final Runnable cronChanged;
    private final LogOpener logOpener;

    /**
     * @param logLevel sets the log's level by Redis' word
     * @param cronChanged {@code hz} has another value
     * @param logOpener opens a log where the stream is, for a server that has none
     */
    Settings(
            CommandLoop server,
            Consumer<String> logLevel,
            Runnable cronChanged,
            LogOpener logOpener) {
        this.server = server;
        this.logLevel = logLevel;
        this.cronChanged = cronChanged;
        this.logOpener = logOpener;
    }

    /** See the constructor. */
    @FunctionalInterface
    interface LogOpener {
        /**
         * @throws IOException if the log's folder cannot be used
         */
        void open() throws IOException;
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
            case "appendonly" -> appendOnly(config.bool(name));
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

    private void appendOnly(boolean on) throws ConfigException {
        if (on && !server.rewrites().possible()) {
            if (server.inTransaction()) {
                throw new ConfigException(
                        "the first log cannot begin within a transaction (expected: CONFIG SET outside of MULTI)");
            }
            try {
                logOpener.open();
            } catch (IOException e) {
                LOG.warn("The stream log cannot be opened: {}", FaultText.of(e));
                throw new ConfigException("Unable to turn on AOF. Check server logs.");
            }
        }
        if (server.rewrites().possible()) {
            server.rewrites().appendOnly(on);
        }
    }

    private static void keepAlive(Client client, boolean on) {
        if (!client.unixSocket) {
            client.channel.config().setOption(ChannelOption.SO_KEEPALIVE, on);
        }
    }
}
