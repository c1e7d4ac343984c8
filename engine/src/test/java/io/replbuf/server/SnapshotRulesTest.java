package io.replbuf.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replbuf.memory.Owner;
import io.replbuf.snapshot.Rdbs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which snapshots end and which go on, and what is said of them: each as redis-server 7.0.15 does it. */
class SnapshotRulesTest {
    private static final String MINUTES_A_KEY = "1000000000";

    @TempDir Path dir;

    @Test
    void shouldEndABackgroundSaveAtFlushallAndCallItNoError() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = slowSave(fixture);
            assertThat(client.call("FLUSHALL")).isEqualTo("+OK");
            awaitIdle(client);
            assertThat(client.info("rdb_last_bgsave_status")).isEqualTo("ok");
            assertThat(client.info("rdb_changes_since_last_save")).isEqualTo("102");
            assertThat(dir).isEmptyDirectory();
            assertThat(savedKeys(client)).isZero();
            assertThat(fixture.server.loop().accountant().account(Owner.SNAPSHOT).bytes()).isZero();
        }
    }

    @Test
    void shouldSaveTheEmptyDataSetBeforeFlushallIsAnswered() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir, "save", "3600 1000000")) {
            RawClient client = slowSave(fixture);
            assertThat(client.call("FLUSHALL")).isEqualTo("+OK");
            assertThat(keysIn(dir.resolve("dump.rdb"))).isZero();
            assertThat(client.info("rdb_bgsave_in_progress")).isEqualTo("0");
            assertThat(client.info("rdb_changes_since_last_save")).isEqualTo("0");
            assertThat(client.info("rdb_saves")).isEqualTo("2");
        }
    }

    @Test
    void shouldAnswerFlushallAlsoWhenTheEmptyDataSetCannotBeSaved() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir, "save", "3600 1000000")) {
            RawClient client = fixture.client();
            client.call("SET", "k", "v");
            Files.createDirectories(dir.resolve("dump.rdb/in the way"));
            assertThat(client.call("FLUSHALL")).isEqualTo("+OK");
            assertThat(client.info("rdb_last_bgsave_status")).isEqualTo("ok");
            assertThat(client.info("rdb_changes_since_last_save")).isEqualTo("2");
            assertThat(client.call("DBSIZE")).isEqualTo(":0");
        }
    }

    @Test
    void shouldGoOnWithABackgroundSaveAtFlushdb() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = slowSave(fixture);
            assertThat(client.call("FLUSHDB")).isEqualTo("+OK");
            client.call("CONFIG", "SET", "rdb-key-save-delay", "0");
            awaitIdle(client);
            assertThat(keysIn(dir.resolve("dump.rdb"))).isEqualTo(101);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void shouldEndTheSnapshotOfReplicasAtFlushallAndServeThemAtTheNextTry(String diskless)
            throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir, "repl-diskless-sync", diskless)) {
            RawClient client = slowReplica(fixture);
            RawClient replica = fixture.client();
            askForFullResync(replica);
            await().until(() -> client.info("rdb_bgsave_in_progress").equals("1"));
            assertThat(client.call("SAVE")).isEqualTo("-ERR Background save already in progress");
            assertThat(client.call("BGSAVE", "SCHEDULE"))
                    .isEqualTo("-ERR Background save already in progress");
            assertThat(client.call("FLUSHALL")).isEqualTo("+OK");
            assertThat(replica.atEnd()).isTrue();
            awaitIdle(client);
            assertThat(client.info("rdb_last_bgsave_status")).isEqualTo("ok");

            RawClient again = fixture.client();
            askForFullResync(again);
            assertThat(lineOf(again)).startsWith("+FULLRESYNC ");
            assertThat(lineOf(again)).startsWith(diskless.equals("yes") ? "$EOF:" : "$");
            assertThat(again.raw(9)).isEqualTo("REDIS0009");
        }
    }

    @Test
    void shouldTakeNoReplicaAlongIntoASnapshotThatIsBeingEnded() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir, "repl-diskless-sync", "no")) {
            RawClient client = slowReplica(fixture);
            RawClient first = fixture.client();
            askForFullResync(first);
            await().until(() -> client.info("rdb_bgsave_in_progress").equals("1"));
            RawClient second = fixture.client();
            // One turn: the snapshot's thread has not been heard of yet when the replica asks.
            second.send(
                    RawClient.command("FLUSHALL")
                            + RawClient.command("REPLCONF", "capa", "eof")
                            + RawClient.command("PSYNC", "?", "-1"));
            assertThat(second.reply()).isEqualTo("+OK");
            assertThat(second.reply()).isEqualTo("+OK");
            assertThat(first.atEnd()).isTrue();
            assertThat(lineOf(second)).startsWith("+FULLRESYNC ");
            assertThat(lineOf(second)).startsWith("$");
            assertThat(second.raw(9)).isEqualTo("REDIS0009");
            assertThat(client.info("connected_slaves")).isEqualTo("1");
        }
    }

    @Test
    void shouldLeaveTheBaseOfALogAloneAtFlushallAndSaveWhenThatIsDone() throws Exception {
        try (ServerFixture fixture =
                new ServerFixture(dir, "appendonly", "yes", "save", "3600 1000000")) {
            RawClient client = fixture.client();
            client.call("DEBUG", "POPULATE", "100");
            client.call("CONFIG", "SET", "rdb-key-save-delay", MINUTES_A_KEY);
            client.call("BGREWRITEAOF");
            assertThat(client.call("SAVE"))
                    .startsWith("-ERR Background append only file rewriting in progress");
            assertThat(client.call("FLUSHALL")).isEqualTo("+OK");
            assertThat(client.info("aof_rewrite_in_progress")).isEqualTo("1");
            assertThat(dir.resolve("dump.rdb")).doesNotExist();
            client.call("CONFIG", "SET", "rdb-key-save-delay", "0");
            await().until(() -> Files.exists(dir.resolve("dump.rdb")));
            assertThat(client.info("aof_last_bgrewrite_status")).isEqualTo("ok");
            assertThat(keysIn(dir.resolve("dump.rdb"))).isZero();
        }
    }

    @Test
    void shouldTakeNoSnapshotOfADataSetThatIsHalfLoaded() throws Exception {
        try (ServerFixture fixture =
                new ServerFixture(
                        dir,
                        "repl-diskless-sync-delay",
                        "1",
                        "loading-process-events-interval-bytes",
                        "1024",
                        "rdbcompression",
                        "no")) {
            RawClient client = fixture.client();
            client.call("DEBUG", "POPULATE", "100", "key", "200");
            RawClient replica = fixture.client();
            askForFullResync(replica);
            assertThat(client.call("CONFIG", "SET", "key-load-delay", "20000")).isEqualTo("+OK");
            client.send(RawClient.command("DEBUG", "RELOAD"));
            // The delay before the snapshot is over long before 100 keys are loaded.
            RawClient other = fixture.client();
            await().until(() -> other.info("loading").equals("1"));
            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(lineOf(replica)).startsWith("+FULLRESYNC ");
            String mark = lineOf(replica).substring("$EOF:".length());
            StringBuilder rdb = new StringBuilder();
            while (rdb.indexOf(mark) < 0) {
                rdb.append(replica.raw(1));
            }
            byte[] bytes = rdb.substring(0, rdb.indexOf(mark)).getBytes(ISO_8859_1);
            assertThat(Rdbs.keys(bytes)).isEqualTo(100);
        }
    }

    @Test
    void shouldGiveBackWhatASnapshotHeldWhenTheServerFails() throws Exception {
        ServerFixture fixture = new ServerFixture(dir);
        slowSave(fixture);
        fixture.server
                .loop()
                .loop()
                .execute(
                        () ->
                                fixture.server
                                        .loop()
                                        .turn(
                                                () -> {
                                                    throw new IllegalStateException(
                                                            "what no server survives");
                                                }));
        assertThat(fixture.server.awaitStopped()).isEqualTo(1);
        assertThat(dir).isEmptyDirectory();
        assertThat(fixture.server.loop().keyspace().cutInProgress()).isFalse();
        fixture.close();
    }

    /** 101 keys, and a BGSAVE that has written one of them. */
    private static RawClient slowSave(ServerFixture fixture) throws IOException {
        RawClient client = slowReplica(fixture);
        client.call("SET", "k", "v");
        assertThat(client.call("BGSAVE")).isEqualTo("+Background saving started");
        await().until(() -> client.info("current_save_keys_processed").equals("1"));
        return client;
    }

    private static RawClient slowReplica(ServerFixture fixture) throws IOException {
        RawClient client = fixture.client();
        client.call("DEBUG", "POPULATE", "100");
        client.call("CONFIG", "SET", "rdb-key-save-delay", MINUTES_A_KEY);
        return client;
    }

    private static void askForFullResync(RawClient replica) throws IOException {
        assertThat(replica.call("REPLCONF", "capa", "eof")).isEqualTo("+OK");
        replica.send(RawClient.command("PSYNC", "?", "-1"));
    }

    /** The next line that is not a sign of life. */
    private static String lineOf(RawClient replica) throws IOException {
        String line = replica.line();
        while (line.isEmpty()) {
            line = replica.line();
        }
        return line;
    }

    private long savedKeys(RawClient client) throws IOException {
        assertThat(client.call("SAVE")).isEqualTo("+OK");
        return keysIn(dir.resolve("dump.rdb"));
    }

    private static long keysIn(Path rdb) throws IOException {
        return Rdbs.keys(Files.readAllBytes(rdb));
    }

    private static void awaitIdle(RawClient client) {
        await().until(() -> client.info("rdb_bgsave_in_progress").equals("0"));
    }
}
