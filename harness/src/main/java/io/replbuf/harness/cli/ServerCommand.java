package io.replbuf.harness.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import io.replbuf.server.ProcessLog;
import io.replbuf.server.RedisServer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code server [redis.conf] [--name value …]}: runs the engine as this process, with Redis' arguments and Redis' log.
 *
 * <p>A tool rather than a command of the option parser, which would not leave the arguments alone.
 */
public final class ServerCommand implements ToolProvider {
    @Override
    public String name() {
        return "server";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... arguments) {
        // Before the first logger is made, which reads the configuration.
        System.setProperty(LogSetup.TARGET_PROPERTY, "System.out");
        try (LogbackLog log = new LogbackLog()) {
            return RedisServer.run(arguments, log);
        }
    }

    /**
     * Steers Logback by Redis' words.
     *
     * <p>Lines are laid out and written by a thread of their own, so that neither the command loop nor a replica loop waits for
     * a disk or a terminal. While the process lives none is dropped: with this many on their way a loop waits after all. {@link
     * #close} writes what is left; who kills the process loses that.
     */
    private static final class LogbackLog implements ProcessLog, AutoCloseable {
        private static final String ENGINE = "io.replbuf";
        private static final int LINES_UNDER_WAY = 16_384;

        /** How long a disk or pipe that takes nothing may hold up the end of the process. */
        private static final int FLUSH_MILLIS = 10_000;

        private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        private final ch.qos.logback.classic.Logger root =
                context.getLogger(Logger.ROOT_LOGGER_NAME);

        LogbackLog() {
            List<Appender<ILoggingEvent>> configured = new ArrayList<>();
            root.iteratorForAppenders().forEachRemaining(configured::add);
            for (Appender<ILoggingEvent> appender : configured) {
                root.detachAppender(appender);
                writeBehind(appender);
            }
        }

        @Override
        public void level(String redisLevel) {
            Level level =
                    switch (redisLevel) {
                        case "debug" -> Level.TRACE;
                        case "verbose" -> Level.DEBUG;
                        case "warning" -> Level.WARN;
                        case "nothing" -> Level.OFF;
                        default -> Level.INFO;
                    };
            context.getLogger(ENGINE).setLevel(level);
        }

        @Override
        public void file(Path file) {
            FileAppender<ILoggingEvent> appender = new FileAppender<>();
            appender.setContext(context);
            appender.setName("file");
            appender.setEncoder(LogSetup.encoder(context));
            appender.setFile(file.toString());
            appender.setAppend(true);
            appender.start();
            root.detachAndStopAllAppenders();
            writeBehind(appender);
        }

        private void writeBehind(Appender<ILoggingEvent> appender) {
            AsyncAppender behind = new AsyncAppender();
            behind.setContext(context);
            behind.setName("behind " + appender.getName());
            behind.setQueueSize(LINES_UNDER_WAY);
            behind.setDiscardingThreshold(0);
            behind.setMaxFlushTime(FLUSH_MILLIS);
            behind.addAppender(appender);
            behind.start();
            root.addAppender(behind);
        }

        @Override
        public void close() {
            root.detachAndStopAllAppenders();
        }
    }
}
