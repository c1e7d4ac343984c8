package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica's states and what ends them, on real sockets and a clock that only the test moves. The timeout is 60 s. */
class SignsOfLifeTest {
    private static final long TIMEOUT_MILLIS = 60_000;

    private TestPrimary server;
    private RawReplica replica;

    @BeforeEach
    void connect() throws Exception {
        server = new TestPrimary(2, 1 << 20, 5);
        replica = new RawReplica(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        replica.close();
        server.close();
    }

    @Test
    void shouldDropAReplicaThatIsSilentBehindItsRdb() throws Exception {
        fullResync();
        awaitState("send_bulk");
        pass(TIMEOUT_MILLIS);
        assertThat(connected()).isEqualTo(1);
        pass(1_001);
        assertThat(connected()).isZero();
        assertThat(replica.closedByPeer()).isTrue();
    }

    @Test
    void shouldKeepAReplicaThatLoadsForLongAndSaysSoByEmptyLines() throws Exception {
        fullResync();
        awaitState("send_bulk");
        for (int i = 0; i < 10; i++) {
            pass(TIMEOUT_MILLIS / 2);
            replica.send("\n");
            awaitASign();
        }
        assertThat(connected()).isEqualTo(1);
        replica.command("REPLCONF", "ACK", "0");
        awaitState("online");
    }

    @Test
    void shouldKeepAnOnlineReplicaThatSendsNoMoreThanEmptyLines() throws Exception {
        fullResync();
        replica.command("REPLCONF", "ACK", "0");
        awaitState("online");
        for (int i = 0; i < 5; i++) {
            pass(TIMEOUT_MILLIS / 2);
            replica.send("\n");
            awaitASign();
        }
        assertThat(connected()).isEqualTo(1);
        pass(TIMEOUT_MILLIS);
        pass(2_001);
        assertThat(connected()).as("silent since").isZero();
    }

    @Test
    void shouldBeginToCountAgainWhenAStateDoes() throws Exception {
        fullResync();
        awaitState("send_bulk");
        pass(TIMEOUT_MILLIS - 1_000);
        replica.command("REPLCONF", "ACK", "0");
        awaitState("online");
        pass(TIMEOUT_MILLIS);
        assertThat(connected()).isEqualTo(1);
    }

    @Test
    void shouldWaitForASnapshotWhileOneIsDueAndSayWaitBgsave() throws Exception {
        ask();
        awaitState("wait_bgsave");
        pass(4_000);
        assertThat(connected()).isEqualTo(1);
        assertThat(state()).isEqualTo("wait_bgsave");
        assertThat(server.snapshots).hasValue(0);
        pass(1_000);
        assertThat(server.snapshots).hasValue(1);
    }

    @Test
    void shouldCountNoAckBeyondWhatWasSent() throws Exception {
        fullResync();
        replica.command("REPLCONF", "ACK", "0");
        awaitState("online");
        server.set("k", "v");
        long offset = server.offset();
        replica.read((int) offset);
        replica.command("REPLCONF", "ACK", Long.toString(Long.MAX_VALUE));
        await().atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                server.onCommandLoop(
                                        () ->
                                                server.primary.replicas().get(0).ackedOffset()
                                                        == offset));
        assertThat(server.onCommandLoop(() -> server.primary.countAcked(offset + 1))).isZero();
    }

    /** Its socket broke and our end has not noticed. */
    @Test
    void shouldCountAReplicaOnceThatIsHereTwice() throws Exception {
        replica.command("REPLCONF", "listening-port", "7000");
        replica.line();
        fullResync();
        replica.command("REPLCONF", "ACK", "0");
        awaitState("online");
        server.set("k", "v");
        long offset = server.offset();
        replica.read((int) offset);
        replica.command("REPLCONF", "ACK", Long.toString(offset));
        awaitAcked(offset, 1);
        try (RawReplica again = new RawReplica(server.port());
                RawReplica neighbour = new RawReplica(server.port())) {
            resume(again, "7000", offset);
            assertThat(server.onCommandLoop(() -> server.primary.countAcked(offset)))
                    .as("the old session's ACK, before the new one has sent its own")
                    .isZero();
            again.command("REPLCONF", "ACK", Long.toString(offset));
            awaitAcked(offset, 1);
            assertThat(server.onCommandLoop(server.primary::onlineReplicas)).isEqualTo(1);
            assertThat(connected()).as("sessions").isEqualTo(2);
            resume(neighbour, "7001", offset);
            neighbour.command("REPLCONF", "ACK", Long.toString(offset));
            awaitAcked(offset, 2);
        }
    }

    private void resume(RawReplica session, String port, long offset) throws Exception {
        session.command("REPLCONF", "listening-port", port);
        assertThat(session.line()).isEqualTo("+OK");
        session.command("PSYNC", server.replid(), Long.toString(offset + 1));
        assertThat(session.line()).startsWith("+CONTINUE");
    }

    private void awaitAcked(long offset, int replicas) {
        await().atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                server.onCommandLoop(() -> server.primary.countAcked(offset))
                                        == replicas);
    }

    /** A snapshot goes on when the slowest has taken it; a replica that waits meanwhile is not at fault. */
    @Test
    void shouldDropTheReplicaThatTakesNothingOfTheRdbAndNoOther() throws Exception {
        // More than both sockets and the queue hold.
        server.rdb = "x".repeat(48 << 20);
        CompletableFuture<Long> taken;
        try (RawReplica reading = new RawReplica(server.port());
                RawReplica waiting = new RawReplica(server.port())) {
            ask();
            reading.command("REPLCONF", "capa", "eof").command("PSYNC", "?", "-1");
            await().atMost(Duration.ofSeconds(10)).until(() -> connected() == 2);
            pass(5_000);
            taken = CompletableFuture.supplyAsync(() -> bytesOf(reading));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> server.onCommandLoop(() -> isHeldUp(server.primary.sessions())));
            waiting.command("REPLCONF", "capa", "eof").command("PSYNC", "?", "-1");
            await().atMost(Duration.ofSeconds(10)).until(() -> connected() == 3);
            // Each of them stands still for as long as the one that does not read.
            pass(1_000);
            pass(TIMEOUT_MILLIS + 1_001);
            assertThat(connected()).isEqualTo(2);
            server.rdb = TestPrimary.RDB;
            await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                server.cron();
                                return server.snapshots.get() == 2;
                            });
            assertThat(state()).as("of the one that reads, behind its RDB").isEqualTo("send_bulk");
        }
        taken.get(20, TimeUnit.SECONDS);
    }

    private static boolean isHeldUp(List<ReplicaSession> sessions) {
        ReplicaSession stuck = sessions.get(0);
        ReplicaSession reading = sessions.get(1);
        return stuck.transferredBytes() > 0
                && !stuck.hasTakenAll()
                && reading.hasTakenAll()
                && reading.transferredBytes()
                        > stuck.transferredBytes() + SnapshotFanOut.MAX_AHEAD_BYTES / 2;
    }

    private static long bytesOf(RawReplica replica) {
        try {
            return replica.readToTheEnd();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldCloseBehindTheRdbForOneThatAskedForNothingElse() throws Exception {
        assertThat(replica.command("REPLCONF", "rdb-only", "1").line()).isEqualTo("+OK");
        fullResync();
        assertThat(replica.closedByPeer()).isTrue();
        await().atMost(Duration.ofSeconds(10)).until(() -> connected() == 0);
        assertThat(server.onCommandLoop(() -> server.primary.bufferStats().cursors())).isZero();
    }

    @Test
    void shouldRefuseWhatItDoesNotCarryOut() throws Exception {
        assertThat(replica.command("REPLCONF", "rdb-filter-only", "functions").line())
                .isEqualTo("-ERR Unsupported rdb-filter-only option: functions");
        assertThat(replica.command("REPLCONF", "rdb-only", "2").line())
                .isEqualTo("-ERR value is out of range, must be between 0 and 1");
        assertThat(replica.command("REPLCONF", "rdb-channel", "1").line())
                .isEqualTo("-ERR Unrecognized REPLCONF option: rdb-channel");
    }

    private void ask() throws Exception {
        replica.command("REPLCONF", "capa", "eof").command("PSYNC", "?", "-1");
        assertThat(replica.line()).isEqualTo("+OK");
    }

    private void fullResync() throws Exception {
        ask();
        awaitState("wait_bgsave");
        pass(5_000);
        assertThat(replica.line()).startsWith("+FULLRESYNC ");
        String eof = replica.line();
        assertThat(replica.read(TestPrimary.RDB.length())).isEqualTo(TestPrimary.RDB);
        assertThat(replica.read(40)).isEqualTo(eof.substring(5));
    }

    private void pass(long millis) throws Exception {
        server.tickMillis.addAndGet(millis);
        server.cron();
    }

    private int connected() throws Exception {
        return server.onCommandLoop(server.primary::connectedReplicas);
    }

    private String state() throws Exception {
        return server.onCommandLoop(
                () ->
                        server.primary.replicas().isEmpty()
                                ? "none"
                                : server.primary.replicas().get(0).state());
    }

    private void awaitState(String expected) {
        await().atMost(Duration.ofSeconds(10)).until(() -> state().equals(expected));
    }

    /** The command loop sees it at its next look; looks are a second of the test's clock apart. */
    private void awaitASign() {
        await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> {
                            pass(1_000);
                            return server.onCommandLoop(
                                    () -> server.primary.replicas().get(0).ackAgeMillis() < 1_000);
                        });
    }
}
