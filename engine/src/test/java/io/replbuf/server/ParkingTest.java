package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.log.FailingFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code appendfsync always}: who wrote waits for the disk, nobody else does, and nothing is said too early. */
class ParkingTest {
    @TempDir Path dir;

    private final FailingFiles disk = new FailingFiles();
    private ServerFixture fixture;
    private RawClient writer;
    private RawClient other;

    @BeforeEach
    void start() throws Exception {
        fixture =
                new ServerFixture(
                        dir, disk, "repl-buffer-strategy", "logged-array", "appendfsync", "always");
        writer = fixture.client();
        other = fixture.client();
    }

    @AfterEach
    void stop() throws IOException {
        release();
        fixture.close();
    }

    @Test
    void shouldParkAWritersRepliesInOrderWhileOthersAreServed() throws Exception {
        assertThat(writer.call("SET", "k", "0")).isEqualTo("+OK");
        brake();
        writer.send(RawClient.command("SET", "k", "1") + RawClient.command("GET", "k"));
        awaitParked(1);
        // Redis would not show it yet; here the reader is served at once.
        assertThat(other.call("GET", "k")).isEqualTo("1");
        writer.send(RawClient.command("GET", "k") + RawClient.command("SET", "k", "2"));
        writer.send(RawClient.command("PING"));
        Awaitility.await().until(() -> other.call("GET", "k").equals("2"));
        assertThat(info("repl_log_parked_bytes")).isEqualTo("12"); // +OK, $1, 1
        assertThat(other.call("CLIENT", "LIST")).contains("oll=1 omem=12 ");
        release();
        assertThat(writer.reply()).isEqualTo("+OK");
        assertThat(writer.reply()).isEqualTo("1");
        assertThat(writer.reply()).isEqualTo("1");
        assertThat(writer.reply()).isEqualTo("+OK");
        assertThat(writer.reply()).isEqualTo("+PONG");
        awaitParked(0);
    }

    @Test
    void shouldAnswerAPipelineThatNeverPauses() throws Exception {
        // Each batch comes while the one before is parked; its replies must come all the same.
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            batch.append(RawClient.command("INCR", "n"));
        }
        writer.send(batch.toString());
        for (int round = 1; round <= 100; round++) {
            writer.send(batch.toString());
            for (int i = 1; i <= 50; i++) {
                assertThat(writer.reply()).isEqualTo(":" + ((round - 1) * 50 + i));
            }
        }
    }

    @Test
    void shouldParkTransactionsAndWhatFollowsThem() throws Exception {
        brake();
        writer.send(
                RawClient.command("MULTI")
                        + RawClient.command("SET", "k", "1")
                        + RawClient.command("EXEC")
                        + RawClient.command("WAIT", "0", "0")
                        + RawClient.command("QUIT"));
        awaitParked(1);
        release();
        assertThat(writer.reply()).isEqualTo("+OK");
        assertThat(writer.reply()).isEqualTo("+QUEUED");
        assertThat(writer.reply()).isEqualTo("[+OK]");
        assertThat(writer.reply()).isEqualTo(":0");
        assertThat(writer.reply()).isEqualTo("+OK");
        assertThat(writer.atEnd()).isTrue();
    }

    @Test
    void shouldLetAParkedClientBeKilled() throws Exception {
        String id = writer.call("CLIENT", "ID").substring(1);
        brake();
        writer.send(RawClient.command("SET", "k", "1"));
        awaitParked(1);
        assertThat(other.call("CLIENT", "KILL", "ID", id)).isEqualTo(":1");
        assertThat(writer.atEnd()).isTrue();
        release();
        awaitParked(0);
    }

    @Test
    void shouldCountParkedRepliesAgainstTheOutputLimit() throws Exception {
        other.call("CONFIG", "SET", "client-output-buffer-limit", "normal 100000 0 0");
        writer.call("SET", "large", "x".repeat(60_000));
        brake();
        writer.send(RawClient.command("SET", "k", "1") + RawClient.command("GET", "large"));
        awaitParked(1);
        writer.send(RawClient.command("GET", "large"));
        assertThat(writer.atEnd()).isTrue();
        assertThat(info("client_output_buffer_limit_disconnections")).isEqualTo("1");
    }

    @Test
    void shouldNotHandOverAConnectionWithParkedReplies() throws Exception {
        brake();
        writer.send(RawClient.command("SET", "k", "1") + RawClient.command("PSYNC", "?", "-1"));
        awaitParked(1);
        release();
        assertThat(writer.reply()).isEqualTo("+OK");
        assertThat(writer.reply())
                .startsWith("-ERR replies to this connection's writes still wait");
        assertThat(writer.call("PING")).isEqualTo("+PONG");
    }

    @Test
    void shouldAcknowledgeNothingThatTheDiskRefused() throws Exception {
        assertThat(writer.call("SET", "k", "0")).isEqualTo("+OK");
        disk.failsForce = true;
        writer.send(RawClient.command("SET", "k", "1"));
        assertThat(writer.atEnd()).isTrue();
        assertThat(other.call("SET", "k", "2"))
                .startsWith("-MISCONF Errors writing to the AOF file: fsync of ");
        assertThat(other.call("GET", "k")).isEqualTo("1");
        other.call("MULTI");
        assertThat(other.call("SET", "k", "2")).startsWith("-MISCONF");
        assertThat(other.call("EXEC")).startsWith("-EXECABORT");
        assertThat(info("aof_last_write_status")).isEqualTo("err");
        awaitParked(0);
    }

    @Test
    void shouldRefuseTheWritesOfATransactionQueuedBefore() throws Exception {
        other.call("MULTI");
        other.call("SET", "k", "2");
        disk.failsForce = true;
        writer.send(RawClient.command("SET", "k", "1"));
        assertThat(writer.atEnd()).isTrue();
        assertThat(other.call("EXEC"))
                .startsWith("-EXECABORT Transaction discarded because of: MISCONF");
        assertThat(other.call("GET", "k")).isEqualTo("1");
    }

    @Test
    void shouldLetGoWhenThePolicyDoes() throws Exception {
        brake();
        writer.send(RawClient.command("SET", "k", "1"));
        awaitParked(1);
        assertThat(other.call("CONFIG", "SET", "appendfsync", "everysec")).isEqualTo("+OK");
        assertThat(writer.reply()).isEqualTo("+OK");
        assertThat(writer.call("SET", "k", "2")).isEqualTo("+OK");
        assertThat(other.call("CONFIG", "SET", "appendfsync", "always")).isEqualTo("+OK");
        writer.send(RawClient.command("SET", "k", "3"));
        awaitParked(1);
    }

    private void brake() {
        disk.brake = new CountDownLatch(1);
    }

    private void release() {
        CountDownLatch braked = disk.brake;
        disk.brake = null;
        if (braked != null) {
            braked.countDown();
        }
    }

    private void awaitParked(int clients) {
        Awaitility.await()
                .until(() -> info("repl_log_parked_clients").equals(Integer.toString(clients)));
    }

    private String info(String field) throws IOException {
        String info = other.call("INFO");
        int at = info.indexOf("\n" + field + ":") + field.length() + 2;
        return info.substring(at, info.indexOf('\r', at));
    }
}
