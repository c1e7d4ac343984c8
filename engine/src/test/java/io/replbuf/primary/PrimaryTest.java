package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.ReplicaCursor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrimaryTest {
    private static final String SELECT_0 = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n";
    private static final LimitConfig LIMIT = new LimitConfig(32 << 10, 0, 0);

    @AfterEach
    void lookAway() {
        ArrayBuffer.watch(null);
    }

    private static String set(String key, String value) {
        return "*3\r\n$3\r\nSET\r\n$"
                + key.length()
                + "\r\n"
                + key
                + "\r\n$"
                + value.length()
                + "\r\n"
                + value
                + "\r\n";
    }

    @ParameterizedTest(name = "io-threads {0}")
    @ValueSource(ints = {1, 2, 3})
    void shouldSendSnapshotThenStreamAfterTheFirstAck(int ioThreads) throws Exception {
        try (TestPrimary server = new TestPrimary(ioThreads, 1 << 20, 0);
                RawReplica replica = new RawReplica(server.port())) {
            fullResync(server, replica);
            server.set("a", "1");
            replica.command("REPLCONF", "ACK", "0");
            assertThat(replica.read(SELECT_0.length())).isEqualTo(SELECT_0);
            assertThat(replica.read(set("a", "1").length())).isEqualTo(set("a", "1"));
            server.set("b", "2");
            assertThat(replica.read(set("b", "2").length())).isEqualTo(set("b", "2"));
        }
    }

    @ParameterizedTest(name = "io-threads {0}")
    @ValueSource(ints = {1, 2})
    void shouldContinueAtNextOffsetWithZeroBytesAndBelowItWithTheRest(int ioThreads)
            throws Exception {
        try (TestPrimary server = new TestPrimary(ioThreads, 1 << 20, 0);
                RawReplica first = new RawReplica(server.port());
                RawReplica same = new RawReplica(server.port());
                RawReplica behind = new RawReplica(server.port())) {
            fullResync(server, first);
            server.set("a", "1");
            long offset = server.offset();
            same.command("REPLCONF", "capa", "psync2")
                    .command("PSYNC", server.replid(), Long.toString(offset + 1));
            assertThat(same.line()).isEqualTo("+OK");
            assertThat(same.line()).isEqualTo("+CONTINUE " + server.replid());
            behind.command("PSYNC", server.replid(), Long.toString(offset));
            assertThat(behind.line()).isEqualTo("+CONTINUE");
            assertThat(behind.read(1)).isEqualTo("\n");
            server.set("b", "2");
            assertThat(same.read(set("b", "2").length())).isEqualTo(set("b", "2"));
            assertThat(server.onCommandLoop(() -> server.primary.stats().syncPartialOk()))
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "-9223372036854775808", "9223372036854775807", "1000000000000"})
    void shouldAnswerOffsetsOutsideTheBacklogWithAFullResync(String offset) throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0);
                RawReplica first = new RawReplica(server.port());
                RawReplica silly = new RawReplica(server.port())) {
            fullResync(server, first);
            silly.command("REPLCONF", "capa", "eof").command("PSYNC", server.replid(), offset);
            assertThat(silly.line()).isEqualTo("+OK");
            assertThat(silly.line()).startsWith("+FULLRESYNC " + server.replid());
            assertThat(server.onCommandLoop(() -> server.primary.stats().syncPartialErr()))
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1x", "99999999999999999999", "1.5"})
    void shouldRefuseAnOffsetThatIsNoNumberAndServeOn(String offset) throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0);
                RawReplica replica = new RawReplica(server.port())) {
            replica.command("PSYNC", "?", offset);
            assertThat(replica.line()).isEqualTo("-ERR value is not an integer or out of range");
            replica.command("PING");
            assertThat(replica.line()).isEqualTo("+PONG");
        }
    }

    @Test
    void shouldShareOneSnapshotAmongAllWhoWaitForIt() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 1)) {
            RawReplica[] replicas = new RawReplica[32];
            for (int i = 0; i < replicas.length; i++) {
                replicas[i] = new RawReplica(server.port());
                replicas[i].command("REPLCONF", "capa", "eof").command("PSYNC", "?", "-1");
                assertThat(replicas[i].line()).isEqualTo("+OK");
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(
                            () ->
                                    server.onCommandLoop(server.primary::connectedReplicas)
                                            == replicas.length);
            server.cron();
            assertThat(server.snapshots).hasValue(0);
            server.tickMillis.addAndGet(1_000);
            server.cron();
            for (RawReplica replica : replicas) {
                assertThat(replica.line()).startsWith("+FULLRESYNC ");
                assertThat(replica.line()).startsWith("$EOF:");
                assertThat(replica.read(TestPrimary.RDB.length())).isEqualTo(TestPrimary.RDB);
                replica.close();
            }
            assertThat(server.snapshots).hasValue(1);
        }
    }

    @Test
    void shouldSayWhyReplicasNeededFullResyncs() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 100, 0);
                RawReplica first = new RawReplica(server.port())) {
            fullResync(server, first);
            server.set("a", "x".repeat(200));
            String replid = server.replid();
            assertThat(refused(server, "b".repeat(40), 1)).isTrue();
            assertThat(refused(server, replid, server.offset() + 2)).isTrue();
            assertThat(refused(server, replid, 1)).isTrue();
            StringBuilder info = new StringBuilder();
            server.onCommandLoop(
                    () -> {
                        server.primary.infoReplicationBuffer(info);
                        return null;
                    });
            assertThat(info)
                    .contains(
                            "repl_full_resyncs:first=1,foreign=1,ahead=1,gap=1,no_backlog=0,ttl=0,dropped=0\r\n");
        }
    }

    /** Redis needs a full resync here, though no byte is missing. */
    @Test
    void shouldContinueAfterTheBacklogsTimeWhereNothingWasWritten() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0)) {
            String replid = releasedBacklog(server);
            try (RawReplica again = new RawReplica(server.port())) {
                again.command("REPLCONF", "capa", "psync2")
                        .command("PSYNC", replid, Long.toString(server.offset() + 1));
                assertThat(again.line()).isEqualTo("+OK");
                assertThat(again.line()).isEqualTo("+CONTINUE " + server.replid());
                assertThat(server.replid()).isNotEqualTo(replid);
                // In the database that the replica had selected.
                server.set("a", "2");
                assertThat(again.read(set("a", "2").length())).isEqualTo(set("a", "2"));
            }
        }
    }

    @Test
    void shouldNotContinueAfterTheBacklogsTimeWhereSomethingWasWritten() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0)) {
            String replid = releasedBacklog(server);
            long offset = server.offset() + 1;
            server.set("a", "2");
            assertThat(refused(server, replid, offset)).isTrue();
            StringBuilder info = new StringBuilder();
            server.onCommandLoop(
                    () -> {
                        server.primary.infoReplicationBuffer(info);
                        return null;
                    });
            assertThat(info).contains(",no_backlog=0,ttl=1,dropped=0\r\n");
        }
    }

    /** A replica has all of the stream, leaves, and stays away for longer than repl-backlog-ttl; the replid that it had. */
    private static String releasedBacklog(TestPrimary server) throws Exception {
        String replid;
        try (RawReplica replica = new RawReplica(server.port())) {
            streamFirstKey(server, replica);
            replid = server.replid();
        }
        await().until(() -> server.onCommandLoop(server.primary::connectedReplicas) == 0);
        server.tickMillis.addAndGet(3_601_000);
        server.cron();
        assertThat(server.replid()).isNotEqualTo(replid);
        return replid;
    }

    private static boolean refused(TestPrimary server, String replid, long offset)
            throws Exception {
        server.awaitNoSnapshot();
        try (RawReplica replica = new RawReplica(server.port())) {
            int before = server.snapshots.get();
            replica.command("REPLCONF", "capa", "eof")
                    .command("PSYNC", replid, Long.toString(offset));
            // The snapshot of the replica before may not have heard yet that it is gone.
            await().until(
                            () -> {
                                server.cron();
                                return server.snapshots.get() > before;
                            });
            return replica.line().equals("+OK") && replica.line().startsWith("+FULLRESYNC ");
        }
    }

    /** On a clock that stands still what is gathered would never be sent. */
    @Test
    void shouldSendAtOnceWhatAClientWaitsFor() throws Exception {
        try (TestPrimary server =
                        new TestPrimary(2, 1 << 20, 0, new LimitConfig(0, 0, 0), 0, () -> 0);
                RawReplica replica = new RawReplica(server.port())) {
            streamFirstKey(server, replica);
            // After its short first turn a replica need not gather once more.
            awaitReplicaLoop(server);
            server.set("second", "1");
            assertThat(replica.read(set("second", "1").length())).isEqualTo(set("second", "1"));
            awaitReplicaLoop(server);
            server.onCommandLoop(
                    () -> {
                        server.primary.requestAcks();
                        return null;
                    });
            server.set("a", "1");
            String getAck = "*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n";
            assertThat(replica.read(set("a", "1").length() + getAck.length()))
                    .isEqualTo(set("a", "1") + getAck);
        }
    }

    /** Until a send that is under way has ended: what comes meanwhile would go along. */
    private static void awaitReplicaLoop(TestPrimary server) {
        server.holdReplicaLoop(CompletableFuture.completedFuture(null));
    }

    @Test
    void shouldTakeInputAlongThatCameInOnePieceWithPsync() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0);
                RawReplica first = new RawReplica(server.port());
                RawReplica second = new RawReplica(server.port())) {
            fullResync(server, first);
            server.set("a", "1");
            String psync = "*3\r\n$5\r\nPSYNC\r\n$40\r\n" + server.replid() + "\r\n$2\r\n43\r\n";
            second.send(psync + "*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$2\r\n42\r\n");
            assertThat(second.line()).isEqualTo("+CONTINUE");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.onCommandLoop(() -> server.primary.countAcked(42)) == 1);
        }
    }

    @Test
    void shouldCloseAReplicaThatSendsGarbageAndServeTheOthers() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0);
                RawReplica good = new RawReplica(server.port());
                RawReplica bad = new RawReplica(server.port())) {
            fullResync(server, good);
            good.command("REPLCONF", "ACK", "0");
            bad.command("PSYNC", server.replid(), Long.toString(server.offset() + 1));
            assertThat(bad.line()).isEqualTo("+CONTINUE");
            bad.send("*3\r\n$-7\r\ngarbage\r\n");
            assertThat(bad.closedByPeer()).isTrue();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.onCommandLoop(server.primary::connectedReplicas) == 1);
            server.set("a", "1");
            assertThat(good.read(SELECT_0.length())).isEqualTo(SELECT_0);
        }
    }

    @Test
    void shouldKillAReplicaThatNeverReadsWhileASendIsUnderWay() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 32 << 20, 0);
                RawReplica stalled = new RawReplica(server.port());
                RawReplica reading = new RawReplica(server.port())) {
            fullResync(server, stalled);
            stalled.command("REPLCONF", "ACK", "0");
            String value = "x".repeat(1 << 20);
            for (int i = 0; i < 20; i++) {
                server.set("k" + i, value);
            }
            long id = server.onCommandLoop(() -> server.primary.replicas().get(0).clientId());
            await().atMost(Duration.ofSeconds(10))
                    .until(
                            () ->
                                    server.onCommandLoop(() -> server.primary.stats().sendEagains())
                                            > 0);
            assertThat(server.onCommandLoop(() -> server.primary.kill(id))).isTrue();
            assertThat(server.onCommandLoop(server.primary::connectedReplicas)).isZero();
            assertThat(stalled.closedByPeer()).isTrue();
            reading.command("PSYNC", server.replid(), "1");
            assertThat(reading.line()).isEqualTo("+CONTINUE");
            assertThat(reading.read(SELECT_0.length())).isEqualTo(SELECT_0);
        }
    }

    @ParameterizedTest(name = "io-threads {0}")
    @ValueSource(ints = {1, 2})
    void shouldSendNothingOfAValueThatDropsItsReplicas(int ioThreads) throws Exception {
        try (TestPrimary server =
                        new TestPrimary(ioThreads, 1 << 20, 0, LIMIT, 0, System::nanoTime);
                RawReplica replica = new RawReplica(server.port())) {
            streamFirstKey(server, replica);
            server.set("large", "x".repeat(1 << 20));
            assertThat(server.onCommandLoop(server.primary::connectedReplicas)).isZero();
            assertThat(replica.readToTheEnd()).isZero();
        }
    }

    @ParameterizedTest(name = "io-threads {0}")
    @ValueSource(ints = {1, 2})
    void shouldKeepAReplicaThatTakesAValueBeyondTheLimitWithinThePatience(int ioThreads)
            throws Exception {
        try (TestPrimary server =
                        new TestPrimary(ioThreads, 1 << 20, 0, LIMIT, 100, System::nanoTime);
                RawReplica replica = new RawReplica(server.port())) {
            streamFirstKey(server, replica);
            String value = "x".repeat(16 << 20);
            server.set("large", value);
            server.cron();
            assertThat(replica.read(set("large", value).length())).isEqualTo(set("large", value));
            long end = server.offset() + 1;
            await().atMost(Duration.ofSeconds(10))
                    .until(
                            () ->
                                    server.onCommandLoop(
                                                    () ->
                                                            server.primary
                                                                    .replicas()
                                                                    .get(0)
                                                                    .sentOffset())
                                            == end);
            server.tickMillis.addAndGet(100);
            server.cron();
            assertThat(server.onCommandLoop(server.primary::connectedReplicas)).isEqualTo(1);
        }
    }

    @Test
    void shouldDropAReplicaThatTakesNothingWithinThePatience() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0, LIMIT, 100, System::nanoTime);
                RawReplica replica = new RawReplica(server.port())) {
            streamFirstKey(server, replica);
            server.set("large", "x".repeat(48 << 20));
            server.tickMillis.addAndGet(99);
            server.cron();
            assertThat(server.onCommandLoop(server.primary::connectedReplicas)).isEqualTo(1);
            server.tickMillis.addAndGet(1);
            server.cron();
            assertThat(server.onCommandLoop(server.primary::connectedReplicas)).isZero();
        }
    }

    @Test
    void shouldRefuseAFullResyncThatEndedByTheLimitUntilTheLimitIsRaised() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 100, 0, LIMIT, 0, System::nanoTime)) {
            try (RawReplica replica = new RawReplica(server.port())) {
                askAs("7", replica);
                assertThat(replica.line()).startsWith("+FULLRESYNC ");
                replica.line();
                // It has the RDB, and not said so yet, when the limit is reached.
                server.tickMillis.addAndGet(1_000);
                server.set("large", "x".repeat(40 << 10));
                assertThat(replica.closedByPeer()).isTrue();
            }
            try (RawReplica again = new RawReplica(server.port());
                    RawReplica other = new RawReplica(server.port())) {
                askAs("7", again);
                assertThat(again.line())
                        .startsWith("-NOMASTERLINK Full resync refused: 1 ended before")
                        .contains("the hard limit of client-output-buffer-limit replica");
                server.awaitNoSnapshot();
                askAs("8", other);
                assertThat(other.line()).startsWith("+FULLRESYNC ");
            }
            assertThat(server.onCommandLoop(server.primary::refusedFullResyncs)).isEqualTo(1);
            server.onCommandLoop(
                    () -> {
                        server.primary.configure(
                                new PrimaryConfig(
                                        100,
                                        3600,
                                        60,
                                        10,
                                        true,
                                        0,
                                        0,
                                        new LimitConfig(64 << 10, 0, 0),
                                        true));
                        return null;
                    });
            server.awaitNoSnapshot();
            try (RawReplica again = new RawReplica(server.port())) {
                again.command("REPLCONF", "listening-port", "7");
                assertThat(again.line()).isEqualTo("+OK");
                fullResync(server, again);
            }
        }
    }

    @Test
    void shouldNotRefuseAReplicaThatHadCaughtUpBeforeItWasDropped() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 100, 0, LIMIT, 0, System::nanoTime)) {
            try (RawReplica replica = new RawReplica(server.port())) {
                replica.command("REPLCONF", "listening-port", "7");
                assertThat(replica.line()).isEqualTo("+OK");
                streamFirstKey(server, replica);
                replica.command("REPLCONF", "ACK", Long.toString(server.offset()));
                await().atMost(Duration.ofSeconds(10))
                        .until(
                                () ->
                                        server.onCommandLoop(
                                                () ->
                                                        server.primary.countAcked(
                                                                        server.primary
                                                                                .primaryOffset())
                                                                == 1));
                server.set("large", "x".repeat(1 << 20));
                assertThat(replica.closedByPeer()).isTrue();
            }
            try (RawReplica again = new RawReplica(server.port())) {
                again.command("REPLCONF", "listening-port", "7");
                assertThat(again.line()).isEqualTo("+OK");
                fullResync(server, again);
            }
        }
    }

    @Test
    void shouldForecastWhenAReplicaThatTakesNothingIsDropped() throws Exception {
        LimitConfig limit = new LimitConfig(40 << 20, 0, 0);
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0, limit, 0, System::nanoTime);
                RawReplica replica = new RawReplica(server.port())) {
            streamFirstKey(server, replica);
            // More than both sockets hold.
            server.set("large", "x".repeat(16 << 20));
            for (int second = 0; second < 6; second++) {
                server.tickMillis.addAndGet(1_000);
                server.set("k", "x".repeat(1 << 20));
                server.cron();
            }
            String line = infoLine(server, "repl_buffer_replica0:");
            assertThat(line).contains("loss=dropped").endsWith("resumes=no");
            int millis = Integer.parseInt(line.replaceAll(".*loss_in_ms=([0-9]+),.*", "$1"));
            long lag = Long.parseLong(line.replaceAll(".*own_bytes=([0-9]+),.*", "$1"));
            // One MiB a second is written, besides the PINGs and frames.
            assertThat(millis)
                    .isCloseTo((int) ((limit.hardBytes() - lag) / 1049), withinPercentage(2));
        }
    }

    private static String infoLine(TestPrimary server, String prefix) throws Exception {
        StringBuilder info = new StringBuilder();
        server.onCommandLoop(
                () -> {
                    server.primary.infoReplicationBuffer(info);
                    return null;
                });
        return info.toString().lines().filter(l -> l.startsWith(prefix)).findFirst().orElseThrow();
    }

    private static void askAs(String port, RawReplica replica) throws IOException {
        replica.command("REPLCONF", "listening-port", port, "capa", "eof")
                .command("PSYNC", "?", "-1");
        assertThat(replica.line()).isEqualTo("+OK");
    }

    @Test
    void shouldDropAReplicaThatIsSilentForTheTimeout() throws Exception {
        try (TestPrimary server = new TestPrimary(2, 1 << 20, 0);
                RawReplica replica = new RawReplica(server.port())) {
            fullResync(server, replica);
            replica.command("REPLCONF", "ACK", "0");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.onCommandLoop(server.primary::onlineReplicas) == 1);
            server.tickMillis.addAndGet(60_000);
            server.cron();
            assertThat(server.onCommandLoop(server.primary::onlineReplicas)).isEqualTo(1);
            server.tickMillis.addAndGet(1_001);
            server.cron();
            assertThat(server.onCommandLoop(server.primary::connectedReplicas)).isZero();
            assertThat(replica.closedByPeer()).isTrue();
        }
    }

    @Test
    void shouldGoOnTrimmingByItselfUntilNothingIsLeft() throws Exception {
        try (TestPrimary server = new TestPrimary(1, 1 << 20, 0)) {
            AtomicInteger left = new AtomicInteger(100);
            ArrayBuffer.watch(
                    new ArrayBuffer.Onlooker() {
                        @Override
                        public boolean turned() {
                            return left.decrementAndGet() > 0;
                        }
                    });
            server.endOfTurn();
            await().atMost(Duration.ofSeconds(10)).until(() -> left.get() == 0);
        }
    }

    /** Counted in steps, not in time: of tasks that each ask for the next a loop of Netty's runs a second's worth. */
    @Test
    void shouldAnswerAClientBetweenStepsOfTrimming() throws Exception {
        int stepsMost = 100_000;
        try (TestPrimary server = new TestPrimary(1, 1 << 20, 0);
                RawReplica client = new RawReplica(server.port())) {
            client.command("PING");
            assertThat(client.line()).isEqualTo("+PONG");
            AtomicInteger steps = new AtomicInteger();
            ArrayBuffer.watch(
                    new ArrayBuffer.Onlooker() {
                        @Override
                        public boolean turned() {
                            if (steps.incrementAndGet() == 1) {
                                ping(client);
                            }
                            return server.pongs.get() == 1 && steps.get() < stepsMost;
                        }
                    });
            server.endOfTurn();
            assertThat(client.line()).isEqualTo("+PONG");
            assertThat(steps).hasValueLessThan(stepsMost);
        }
    }

    @Test
    void shouldSendAFirstPieceToAllThatComeAtOnceBeforeAnyOfThemGetsMore() throws Exception {
        int bytes = 1 << 20;
        FirstAsks asks = new FirstAsks(2);
        CompletableFuture<Void> allHaveCome = new CompletableFuture<>();
        try (TestPrimary server = new TestPrimary(2, 2 * bytes, 0);
                RawReplica keeper = new RawReplica(server.port());
                RawReplica one = new RawReplica(server.port());
                RawReplica other = new RawReplica(server.port())) {
            fullResync(server, keeper);
            server.set("large", "x".repeat(bytes));
            ArrayBuffer.watch(asks);
            server.holdReplicaLoop(allHaveCome);
            try {
                // The look at the stream that this asks for is one at nobody; the next is at both.
                server.endOfTurn();
                one.command("PSYNC", server.replid(), "1");
                other.command("PSYNC", server.replid(), "1");
                await().atMost(Duration.ofSeconds(10))
                        .until(
                                () ->
                                        server.onCommandLoop(
                                                        () ->
                                                                server.primary
                                                                        .stats()
                                                                        .syncPartialOk())
                                                == 2);
                // Behind what handing over a socket leaves for later in its turn.
                server.onCommandLoop(() -> null);
            } finally {
                allHaveCome.complete(null);
            }
            for (RawReplica replica : List.of(one, other)) {
                assertThat(replica.line()).isEqualTo("+CONTINUE");
                assertThat(replica.read(bytes)).startsWith(SELECT_0);
            }
            assertThat(asks.largest()).isEqualTo(16 << 10);
        }
    }

    /** By a clock on which every call of the socket takes a millisecond. */
    @Test
    void shouldAnswerAClientBetweenTwoCallsForAReplicaThatCatchesUp() throws Exception {
        AtomicLong nanos = new AtomicLong();
        AtomicInteger asks = new AtomicInteger();
        AtomicInteger asksBeforePong = new AtomicInteger();
        try (TestPrimary server =
                        new TestPrimary(1, 48 << 20, 0, new LimitConfig(0, 0, 0), 0, nanos::get);
                RawReplica keeper = new RawReplica(server.port());
                RawReplica replica = new RawReplica(server.port());
                RawReplica client = new RawReplica(server.port())) {
            fullResync(server, keeper);
            client.command("PING");
            assertThat(client.line()).isEqualTo("+PONG");
            server.set("large", "x".repeat(32 << 20));
            ArrayBuffer.watch(
                    new ArrayBuffer.Onlooker() {
                        @Override
                        public void asked(ReplicaCursor cursor, int maxBytes) {
                            nanos.addAndGet(1_000_000);
                            if (asks.incrementAndGet() == 2) {
                                ping(client);
                            }
                            if (server.pongs.get() == 1) {
                                asksBeforePong.incrementAndGet();
                            }
                        }
                    });
            replica.command("PSYNC", server.replid(), "1");
            assertThat(replica.line()).isEqualTo("+CONTINUE");
            assertThat(replica.read(32 << 20)).startsWith(SELECT_0);
            assertThat(client.line()).isEqualTo("+PONG");
            assertThat(asksBeforePong).hasValueLessThan(4);
        }
    }

    /** The largest ask for bytes until so many cursors have been asked. The replica loop; the result is anybody's. */
    private static final class FirstAsks implements ArrayBuffer.Onlooker {
        private final int cursors;
        private final Set<ReplicaCursor> begun = new HashSet<>();
        private int largest;

        FirstAsks(int cursors) {
            this.cursors = cursors;
        }

        @Override
        public synchronized void asked(ReplicaCursor cursor, int maxBytes) {
            if (begun.size() < cursors) {
                begun.add(cursor);
                largest = Math.max(largest, maxBytes);
            }
        }

        synchronized int largest() {
            return largest;
        }
    }

    private static void ping(RawReplica client) {
        try {
            client.command("PING");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void streamFirstKey(TestPrimary server, RawReplica replica) throws Exception {
        fullResync(server, replica);
        replica.command("REPLCONF", "ACK", "0");
        server.set("first", "1");
        String stream = SELECT_0 + set("first", "1");
        assertThat(replica.read(stream.length())).isEqualTo(stream);
    }

    static void fullResync(TestPrimary server, RawReplica replica) throws Exception {
        replica.command("REPLCONF", "capa", "eof").command("PSYNC", "?", "-1");
        assertThat(replica.line()).isEqualTo("+OK");
        assertThat(replica.line())
                .isEqualTo("+FULLRESYNC " + server.replid() + " " + server.offset());
        String eof = replica.line();
        assertThat(eof).matches("\\$EOF:[0-9a-f]{40}");
        assertThat(replica.read(TestPrimary.RDB.length())).isEqualTo(TestPrimary.RDB);
        assertThat(replica.read(40)).isEqualTo(eof.substring(5));
    }
}
