package io.replbuf.harness.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.replbuf.server.ProcessLog;
import io.replbuf.server.RedisServer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code server [redis.conf] [--name value …]}: runs the engine as this process, with Redis' arguments and Redis' log.
 *
 * <p>A tool rather than a command of the option parser, which would not leave the arguments alone.
 */
public final class ServerCommand implements ToolProvider {
    /** Read by logback.xml: a server logs to stdout, as Redis does, every other command to stderr. */
    private static final String TARGET_PROPERTY = "replbuf.log.target";

    @Override
    public String name() {
        return "server";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... arguments) {
        // Before the first logger is made, which reads the configuration.
        System.setProperty(TARGET_PROPERTY, "System.out");
        return RedisServer.run(arguments, new LogbackLog());
    }

    /** Steers Logback by Redis' words. */
    private static final class LogbackLog implements ProcessLog {
        private static final String ENGINE = "io.replbuf";

        @Override
        public void level(String redisLevel) {
            Level level =
                    switch (redisLevel) {
                        case "debug" -> Level.TRACE;
                        case "verbose" -> Level.DEBUG;
                        case "warning" -> Level.WARN;
                        default -> Level.INFO;
                    };
            context().getLogger(ENGINE).setLevel(level);
        }

        @Override
        public void file(Path file) {
            FileAppender<ILoggingEvent> appender = new FileAppender<>();
            RedisLogLayout layout = new RedisLogLayout();
            layout.setContext(context());
            layout.start();
            LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
            encoder.setContext(context());
            encoder.setLayout(layout);
            encoder.start();
            appender.setContext(context());
            appender.setEncoder(encoder);
            appender.setFile(file.toString());
            appender.setAppend(true);
            appender.start();
            ch.qos.logback.classic.Logger root = context().getLogger(Logger.ROOT_LOGGER_NAME);
            root.detachAndStopAllAppenders();
            root.addAppender(appender);
        }

        private static LoggerContext context() {
            return (LoggerContext) LoggerFactory.getILoggerFactory();
        }
    }
}
