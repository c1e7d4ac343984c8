package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SHUTDOWN and its wait for replicas. */
class ShutdownTest {
    private static final String ERROR = "-ERR Errors trying to SHUTDOWN. Check logs.";
    private static final String GETACK = "[REPLCONF, GETACK, *]";

    @TempDir Path dir;

    private ServerFixture fixture;
    private RawClient client;
    private HandReplica replica;

    @BeforeEach
    void start() throws Exception {
        fixture = new ServerFixture(dir, "save", "900 1", "hz", "100");
        client = fixture.client();
        replica = new HandReplica(fixture.server.port());
        Awaitility.await().until(() -> info("connected_slaves").equals("1"));
    }

    @AfterEach
    void end() throws IOException {
        replica.close();
        fixture.close();
    }

    @Test
    void shouldEndAtOnceWhenReplicasHaveAll() throws Exception {
        client.send(RawClient.command("SHUTDOWN"));
        assertThat(client.atEnd()).isTrue();
        assertThat(fixture.server.awaitStopped()).isZero();
        assertThat(dir.resolve("dump.rdb")).isRegularFile();
    }

    @Test
    void shouldWaitForAReplicaThatLagsAndHoldWritesBackMeanwhile() throws Exception {
        RawClient writer = fixture.client();
        RawClient asking = fixture.client();
        try (CapturedLog log = new CapturedLog()) {
            client.call("SET", "k", "1");
            asking.send(RawClient.command("SHUTDOWN"));
            Awaitility.await().until(() -> waits(client));
            writer.send("SET k \"2 2\"\r\nGET k\r\n");
            Awaitility.await().until(() -> info("blocked_clients").equals("2"));
            assertThat(client.call("GET", "k")).isEqualTo("1");

            replica.skipTo(GETACK);
            long offset = Long.parseLong(info("master_repl_offset"));
            replica.ack(offset - 1);
            assertThat(client.call("GET", "k")).as("lags by a byte").isEqualTo("1");
            replica.ack(offset);
            assertThat(asking.atEnd()).isTrue();
            assertThat(writer.atEnd()).isTrue();
            assertThat(fixture.server.awaitStopped()).isZero();
            assertThat(log.lines())
                    .contains("Waiting for replicas before shutting down.")
                    .contains("1 of 1 replicas are in sync when shutting down.")
                    .noneMatch(line -> line.contains("Lagging"));
        }
        try (ServerFixture again = new ServerFixture(dir)) {
            assertThat(again.client().call("GET", "k")).isEqualTo("1");
        }
    }

    @Test
    void shouldWaitNoLongerThanItsTimeout() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            client.call("CONFIG", "SET", "shutdown-timeout", "1");
            client.call("SET", "k", "1");
            client.send(RawClient.command("SHUTDOWN"));
            assertThat(client.atEnd()).isTrue();
            assertThat(fixture.server.awaitStopped()).isZero();
            assertThat(log.lines())
                    .anyMatch(
                            line ->
                                    line.matches(
                                            "Lagging replica 127[.]0[.]0[.]1:7777 reported offset \\d+ behind master,"
                                                    + " lag=\\d+, state=online[.]"))
                    .contains("0 of 1 replicas are in sync when shutting down.");
        }
    }

    @Test
    void shouldNotWaitWhenAskedNotTo() throws Exception {
        client.call("SET", "k", "1");
        client.send(RawClient.command("SHUTDOWN", "NOW"));
        assertThat(client.atEnd()).isTrue();
        assertThat(fixture.server.awaitStopped()).isZero();
    }

    @Test
    void shouldGoOnAfterAnAbortAndRunWhatItHeldBack() throws Exception {
        RawClient writer = fixture.client();
        RawClient asking = fixture.client();
        RawClient alsoAsking = fixture.client();
        client.call("SET", "k", "1");
        asking.send(RawClient.command("SHUTDOWN") + RawClient.command("ECHO", "next"));
        alsoAsking.send(RawClient.command("SHUTDOWN", "NOW"));
        Awaitility.await().until(() -> info("blocked_clients").equals("2"));
        writer.send(RawClient.command("CLIENT", "REPLY", "SKIP"));
        writer.send("SET k \"2 \\x61\"\r\nINCR n\r\nGET k\r\n");
        RawClient transaction = fixture.client();
        transaction.send("MULTI\r\nINCR n\r\nEXEC\r\n");
        Awaitility.await().until(() -> info("blocked_clients").equals("4"));
        RawClient gone = fixture.client();
        gone.send("SET k 3\r\n");
        Awaitility.await().until(() -> info("blocked_clients").equals("5"));
        gone.close();
        Awaitility.await().until(() -> info("blocked_clients").equals("4"));

        assertThat(client.call("SHUTDOWN", "ABORT")).isEqualTo("+OK");
        assertThat(asking.reply()).isEqualTo(ERROR);
        assertThat(alsoAsking.reply()).isEqualTo(ERROR);
        assertThat(writer.reply()).isEqualTo(":1");
        assertThat(writer.reply()).isEqualTo("2 a");
        assertThat(transaction.reply()).isEqualTo("+OK");
        assertThat(transaction.reply()).isEqualTo("+QUEUED");
        assertThat(transaction.reply()).isEqualTo("[:2]");
        assertThat(asking.reply()).isEqualTo("next");
        replica.skipTo("[SET, k, 2 a]");
        assertThat(client.call("SHUTDOWN", "ABORT")).isEqualTo("-ERR No shutdown in progress.");
        assertThat(client.call("INFO", "server")).doesNotContain("shutdown_in_milliseconds");
    }

    @Test
    void shouldGoOnWhenItCannotSave() throws Exception {
        Files.createDirectory(dir.resolve("dump.rdb"));
        Files.writeString(dir.resolve("dump.rdb").resolve("x"), "x");
        RawClient asking = fixture.client();
        client.call("SET", "k", "1");
        asking.send(RawClient.command("SHUTDOWN"));
        Awaitility.await().until(() -> waits(client));
        replica.skipTo(GETACK);
        replica.ack(Long.parseLong(info("master_repl_offset")));
        assertThat(asking.reply()).isEqualTo(ERROR);
        assertThat(client.call("CONFIG", "SET", "save", "")).isEqualTo("+OK");
        assertThat(client.call("SET", "k", "2")).isEqualTo("+OK");
        client.send(RawClient.command("SHUTDOWN", "NOW", "SAVE", "FORCE"));
        assertThat(client.atEnd()).isTrue();
        assertThat(fixture.server.awaitStopped()).isZero();
    }

    @Test
    void shouldStopWaitingWhenTheLaggingReplicaLeaves() throws Exception {
        client.call("SET", "k", "1");
        client.send(RawClient.command("SHUTDOWN", "NOSAVE"));
        RawClient other = fixture.client();
        Awaitility.await().until(() -> waits(other));
        replica.close();
        assertThat(client.atEnd()).isTrue();
        assertThat(fixture.server.awaitStopped()).isZero();
        assertThat(dir.resolve("dump.rdb")).doesNotExist();
    }

    @Test
    void shouldNotEndWhileTheFirstBaseOfALogIsWritten() throws Exception {
        end();
        fixture =
                new ServerFixture(
                        dir, "repl-buffer-strategy", "logged-array", "hz", "100", "save", "");
        client = fixture.client();
        replica = new HandReplica(fixture.server.port());
        client.call("SET", "k", "1");
        RawClient asking = fixture.client();
        asking.send(RawClient.command("SHUTDOWN"));
        Awaitility.await().until(() -> waits(client));
        client.call("CONFIG", "SET", "rdb-key-save-delay", "30000000");
        assertThat(client.call("CONFIG", "SET", "appendonly", "yes")).isEqualTo("+OK");
        replica.skipTo(GETACK);
        try (CapturedLog log = new CapturedLog()) {
            replica.ack(Long.parseLong(info("master_repl_offset")));
            assertThat(asking.reply()).isEqualTo(ERROR);
            assertThat(log.lines()).contains("Writing initial AOF, can't exit.");
        }
        client.send(RawClient.command("SHUTDOWN", "NOSAVE", "FORCE", "NOW"));
        assertThat(client.atEnd()).isTrue();
        assertThat(fixture.server.awaitStopped()).isZero();
    }

    @Test
    void shouldForgetASignalThatIsAbortedInTime() throws Exception {
        client.call("DEBUG", "PAUSE-CRON", "1");
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        fixture.server
                .loop()
                .shutdown()
                .signalled("shutdown-on-sigterm", () -> cancelled.complete(null));
        assertThat(client.call("SHUTDOWN", "ABORT")).isEqualTo("+OK");
        assertThat(cancelled).isDone();
        client.call("DEBUG", "PAUSE-CRON", "0");
        assertThat(client.call("SHUTDOWN", "ABORT")).isEqualTo("-ERR No shutdown in progress.");
        assertThat(fixture.server.isStopped()).isFalse();
    }

    @Test
    void shouldRefuseOptionsThatContradictEachOther() throws Exception {
        assertThat(client.call("SHUTDOWN", "SAVE", "NOSAVE")).isEqualTo("-ERR syntax error");
        assertThat(client.call("SHUTDOWN", "NOW", "ABORT")).isEqualTo("-ERR syntax error");
        assertThat(client.call("SHUTDOWN", "ABORT", "NOW")).isEqualTo("-ERR syntax error");
        assertThat(client.call("SHUTDOWN", "SOON")).isEqualTo("-ERR syntax error");
    }

    private static boolean waits(RawClient asked) throws IOException {
        return asked.call("INFO", "server").contains("shutdown_in_milliseconds:");
    }

    private String info(String field) throws IOException {
        String info = client.call("INFO");
        int at = info.indexOf("\n" + field + ":") + field.length() + 2;
        return info.substring(at, info.indexOf('\r', at));
    }
}
