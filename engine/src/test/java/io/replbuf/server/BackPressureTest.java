package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.primary.ArrayBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who pays when a replica is behind, on real sockets: the replica that does not read, or the writers where it would. */
class BackPressureTest {
    private static final long LIMIT_BYTES = 1 << 20;
    private static final String SET = RawClient.command("SET", "k", "v".repeat(1_000));

    @TempDir Path dir;

    private final CountDownLatch loopGoesOn = new CountDownLatch(1);
    private ServerFixture fixture;
    private RawClient writer;
    private RawClient other;
    private RawClient replica;

    @BeforeEach
    void attachAReplica() throws Exception {
        fixture =
                new ServerFixture(
                        dir,
                        "io-threads",
                        "2",
                        "client-output-buffer-limit",
                        "replica " + LIMIT_BYTES + " 0 0");
        writer = fixture.client();
        other = fixture.client();
        replica = fixture.client();
        replica.send("SYNC\r\n");
        String length = replica.line();
        while (length.isEmpty()) {
            length = replica.line();
        }
        replica.raw(Integer.parseInt(length.substring(1)));
        Awaitility.await().until(() -> info("replication").contains("state=online"));
    }

    @AfterEach
    void stop() throws IOException {
        ArrayBuffer.watch(null);
        loopGoesOn.countDown();
        fixture.close();
    }

    @Test
    void shouldHoldWritersAndDropNobodyWhileTheServerIsBehind() throws Exception {
        ArrayBuffer.watch(
                new ArrayBuffer.Onlooker() {
                    @Override
                    public void asked(ReplicaCursor cursor, int maxBytes) {
                        awaitQuietly(loopGoesOn);
                    }
                });
        int writes = (int) (8 * LIMIT_BYTES / SET.length());
        CompletableFuture<Void> sent = pipeline(writes);
        Awaitility.await().until(() -> field("repl_buffer_send_lag_waits") > 0);
        assertThat(field("master_repl_offset"))
                .as("written while nothing was sent")
                .isLessThan(LIMIT_BYTES / 2);
        assertThat(field("repl_buffer_send_lag_bytes")).isPositive();
        assertThat(other.call("GET", "k")).as("who only reads goes on").hasSize(1_000);
        CompletableFuture<Void> received = CompletableFuture.runAsync(() -> receive(writes));
        loopGoesOn.countDown();
        for (int i = 0; i < writes; i++) {
            assertThat(writer.reply()).isEqualTo("+OK");
        }
        sent.join();
        received.join();
        assertThat(field("repl_buffer_limit_disconnections")).isZero();
    }

    @Test
    void shouldDropTheReplicaThatDoesNotReadAndHoldNoWriterForIt() throws Exception {
        int writes = (int) (32 * LIMIT_BYTES / SET.length());
        CompletableFuture<Void> sent = pipeline(writes);
        for (int i = 0; i < writes; i++) {
            assertThat(writer.reply()).isEqualTo("+OK");
        }
        sent.join();
        assertThat(field("repl_buffer_limit_disconnections")).isEqualTo(1);
        assertThat(info("replication")).contains("connected_slaves:0");
    }

    private CompletableFuture<Void> pipeline(int writes) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        for (int i = 0; i < writes; i++) {
                            writer.send(SET);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /** All of them, in spite of signs of life between. */
    private void receive(int writes) {
        try {
            for (int sets = 0; sets < writes; ) {
                sets += replica.reply().startsWith("[SET, k, v") ? 1 : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long field(String name) throws IOException {
        Matcher line = Pattern.compile(name + ":(\\d+)\r\n").matcher(info("all"));
        assertThat(line.find()).as(name).isTrue();
        return Long.parseLong(line.group(1));
    }

    private String info(String section) throws IOException {
        return other.call("INFO", section);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
