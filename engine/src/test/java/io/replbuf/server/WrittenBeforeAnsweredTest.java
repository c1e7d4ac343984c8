package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.log.FailingFiles;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without {@code appendfsync always}: a write of a durable server is in its file before it is answered, so kill -9 loses none. */
class WrittenBeforeAnsweredTest {
    @TempDir Path dir;

    private final FailingFiles disk = new FailingFiles();

    @ParameterizedTest
    @ValueSource(strings = {"everysec", "no"})
    void shouldAnswerAWriteWhenTheFileHasIt(String policy) throws Exception {
        try (ServerFixture fixture =
                new ServerFixture(dir, disk, "appendonly", "yes", "appendfsync", policy)) {
            RawClient writer = fixture.client();
            RawClient other = fixture.client();
            assertThat(writer.call("SET", "k", "0")).isEqualTo("+OK");
            CountDownLatch brake = new CountDownLatch(1);
            disk.brake = brake;
            writer.send(RawClient.command("SET", "k", "1"));
            Awaitility.await()
                    .until(
                            () ->
                                    other.call("INFO", "replication_buffer")
                                            .contains("repl_log_parked_clients:1\r"));
            assertThat(other.call("GET", "k")).isEqualTo("1");
            disk.brake = null;
            brake.countDown();
            assertThat(writer.reply()).isEqualTo("+OK");
        }
    }

    @Test
    void shouldNotDelayRepliesForALogThatOnlyServesReplicas() throws Exception {
        try (ServerFixture fixture =
                new ServerFixture(
                        dir,
                        disk,
                        "repl-buffer-strategy",
                        "logged-array",
                        "appendfsync",
                        "everysec")) {
            RawClient writer = fixture.client();
            CountDownLatch brake = new CountDownLatch(1);
            disk.brake = brake;
            assertThat(writer.call("SET", "k", "1")).isEqualTo("+OK");
            disk.brake = null;
            brake.countDown();
        }
    }
}
