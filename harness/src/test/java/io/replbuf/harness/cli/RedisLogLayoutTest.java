package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;

class RedisLogLayoutTest {
    private final RedisLogLayout layout = new RedisLogLayout();

    @Test
    void shouldPrintTheLineOfRedis() {
        assertThat(line(Level.INFO, null))
                .matches(
                        ProcessHandle.current().pid()
                                + ":M \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\* Ready for 7\n");
    }

    @Test
    void shouldMarkLevelsAsRedisDoes() {
        assertThat(line(Level.TRACE, null)).contains(" . Ready");
        assertThat(line(Level.DEBUG, null)).contains(" - Ready");
        assertThat(line(Level.WARN, null)).contains(" # Ready");
        assertThat(line(Level.ERROR, null)).contains(" # Ready");
    }

    @Test
    void shouldPutAStackTraceBehindTheLine() {
        assertThat(line(Level.ERROR, new IllegalStateException("why")))
                .contains("Ready for 7\njava.lang.IllegalStateException: why\n");
    }

    private String line(Level level, Throwable thrown) {
        Logger logger = new LoggerContext().getLogger("test");
        LoggingEvent event =
                new LoggingEvent(
                        getClass().getName(),
                        logger,
                        level,
                        "Ready for {}",
                        thrown,
                        new Object[] {7});
        return layout.doLayout(event);
    }
}
