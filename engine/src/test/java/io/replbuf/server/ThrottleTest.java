package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.log.FailingFiles;
import io.replbuf.primary.ArrayBuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code repl-log-on-stall throttle} while the disk stands still. */
class ThrottleTest {
    private static final int READS = 1_000;
    private static final int TURNS = 200;

    @TempDir Path dir;

    private final FailingFiles disk = new FailingFiles();
    private final CountDownLatch brake = new CountDownLatch(1);
    private ServerFixture fixture;
    private RawClient writer;
    private RawClient reader;

    @BeforeEach
    void holdAWriter() throws Exception {
        fixture =
                new ServerFixture(
                        dir,
                        disk,
                        "repl-buffer-strategy",
                        "logged-array",
                        "repl-log-on-stall",
                        "throttle",
                        "repl-log-stall-bytes",
                        "1000",
                        "repl-log-stall-millis",
                        "0");
        writer = fixture.client();
        reader = fixture.client();
        disk.brake = brake;
        assertThat(writer.call("SET", "k", "v".repeat(2_000))).isEqualTo("+OK");
        awaitInfo("repl_log_throttles:1");
        writer.send(RawClient.command("SET", "k", "v"));
        awaitInfo("repl_log_throttled_clients:1");
    }

    @AfterEach
    void stop() throws IOException {
        disk.brake = null;
        brake.countDown();
        fixture.close();
    }

    /** A look is a turn itself: were there one for each turn that ends, readers would leave ever more of them behind. */
    @Test
    void shouldLookOnceAMillisecondHoweverManyTurnsEnded() throws IOException {
        for (int i = 0; i < READS; i++) {
            assertThat(reader.call("PING")).isEqualTo("+PONG");
        }
        long begin = System.nanoTime();
        long before = ArrayBuffer.turns();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(1))
                .until(() -> ArrayBuffer.turns() >= before + TURNS);
        Duration taken = Duration.ofNanos(System.nanoTime() - begin);
        // 200 looks take 200 ms, but for turns of cron's among them; unbounded they took 50.
        assertThat(taken).isGreaterThan(Duration.ofMillis(TURNS * 3 / 4));
    }

    @Test
    void shouldLetTheWriterGoOnWhenTheDiskDoes() throws IOException {
        disk.brake = null;
        brake.countDown();
        assertThat(writer.reply()).isEqualTo("+OK");
        awaitInfo("repl_log_throttled_clients:0");
    }

    @Test
    void shouldRunWhatAHeldWriterSentBeforeItLeft() throws IOException {
        writer.close();
        assertThat(reader.call("PING")).as("a turn that sees it leave").isEqualTo("+PONG");
        disk.brake = null;
        brake.countDown();
        Awaitility.await().until(() -> reader.call("GET", "k").equals("v"));
        awaitInfo("connected_clients:1");
    }

    private void awaitInfo(String line) {
        Awaitility.await().until(() -> reader.call("INFO").contains(line + "\r\n"));
    }
}
