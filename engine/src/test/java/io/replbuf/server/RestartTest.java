package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code appendonly no} with a log: it is continued only where the loaded RDB stands. */
class RestartTest {
    @TempDir Path dir;

    @Test
    void shouldContinueTheLogWhereTheRdbStandsAndForgetTheRest() throws Exception {
        String saved;
        String replid;
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            client.call("SET", "k", "saved");
            client.call("SAVE");
            saved = info(client, "master_repl_offset");
            replid = info(client, "master_replid");
            client.call("SET", "k", "not saved");
        }
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            assertThat(client.call("GET", "k")).isEqualTo("saved");
            assertThat(info(client, "master_replid2")).isEqualTo(replid);
            // A replica that has the write which is gone asks for more than this, and is refused.
            assertThat(Long.parseLong(info(client, "second_repl_offset")))
                    .isEqualTo(Long.parseLong(saved) + 1);
            assertThat(info(client, "repl_log_start_offset")).isEqualTo("1");
            assertThat(info(client, "repl_log_written_offset")).isEqualTo(saved);
        }
        assertThat(setAside()).isZero();
    }

    @Test
    void shouldSetALogAsideThatTheDataDoesNotStandIn() throws Exception {
        try (ServerFixture fixture = start()) {
            fixture.client().call("SET", "k", "v");
        }
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            assertThat(client.call("DBSIZE")).isEqualTo(":0");
            assertThat(info(client, "master_replid2")).isEqualTo("0".repeat(40));
            assertThat(info(client, "master_repl_offset")).isEqualTo("0");
        }
        assertThat(setAside()).isEqualTo(1);
    }

    @Test
    void shouldNotContinueALogOfTheSameOffsetsAndAnotherHistory() throws Exception {
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            client.call("SET", "k", "1");
            client.call("SAVE");
        }
        // A life without the log: the same offsets, other bytes, another name.
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            RawClient replica = fixture.client();
            replica.send(RawClient.command("SYNC"));
            Awaitility.await().until(() -> info(client, "repl_backlog_active").equals("1"));
            client.call("SET", "k", "2");
            // Not before the replica's own snapshot is done.
            Awaitility.await().until(() -> client.call("SAVE").equals("+OK"));
        }
        try (ServerFixture fixture = start()) {
            assertThat(fixture.client().call("GET", "k")).isEqualTo("2");
        }
        assertThat(setAside()).isEqualTo(1);
    }

    @Test
    void shouldResumeReplicasWithoutALogWhereTheRdbStands() throws Exception {
        String replid;
        long offset;
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            fixture.client().send(RawClient.command("SYNC"));
            Awaitility.await().until(() -> info(client, "repl_backlog_active").equals("1"));
            client.call("SET", "k", "1");
            Awaitility.await().until(() -> client.call("SAVE").equals("+OK"));
            replid = info(client, "master_replid");
            offset = Long.parseLong(info(client, "master_repl_offset"));
        }
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            RawClient replica = resume(fixture, replid, offset + 1);
            assertThat(replica.line()).isEqualTo("+CONTINUE " + info(client, "master_replid"));
            client.call("SET", "k", "2");
            assertThat(replica.reply()).isEqualTo("[SELECT, 0]");
            assertThat(replica.reply()).isEqualTo("[SET, k, 2]");
            assertThat(resume(fixture, replid, offset + 2).line())
                    .as("has a byte that nobody sent")
                    .startsWith("+FULLRESYNC ");
            assertThat(resume(fixture, replid, offset).line())
                    .as("lacks a byte that nobody kept")
                    .startsWith("+FULLRESYNC ");
        }
    }

    /** Redis' rule: without save points it would end with the last replica that waits for it. */
    @Test
    void shouldFinishTheSnapshotOfALostReplicaWhileThereAreSavePoints() throws Exception {
        try (ServerFixture fixture =
                new ServerFixture(dir, "save", "900 1", "rdb-key-save-delay", "100000")) {
            RawClient client = fixture.client();
            for (int i = 0; i < 10; i++) {
                client.call("SET", "k" + i, "v");
            }
            RawClient replica = fixture.client();
            replica.send(RawClient.command("SYNC"));
            Awaitility.await().until(() -> info(client, "rdb_bgsave_in_progress").equals("1"));
            replica.close();
            Awaitility.await().until(() -> info(client, "connected_slaves").equals("0"));
            Awaitility.await().until(() -> info(client, "rdb_bgsave_in_progress").equals("0"));
            assertThat(info(client, "rdb_last_bgsave_status")).isEqualTo("ok");
            assertThat(dir.resolve("dump.rdb")).isRegularFile();
        }
    }

    private static RawClient resume(ServerFixture fixture, String replid, long offset)
            throws IOException {
        RawClient replica = fixture.client();
        assertThat(replica.call("REPLCONF", "capa", "eof", "capa", "psync2")).isEqualTo("+OK");
        return replica.send(RawClient.command("PSYNC", replid, Long.toString(offset)));
    }

    private ServerFixture start() throws Exception {
        return new ServerFixture(dir, "repl-buffer-strategy", "logged-array");
    }

    private long setAside() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(f -> f.getFileName().toString().startsWith("appendonlydir."))
                    .count();
        }
    }

    private static String info(RawClient client, String field) throws IOException {
        String info = client.call("INFO");
        int at = info.indexOf("\n" + field + ":") + field.length() + 2;
        return info.substring(at, info.indexOf('\r', at));
    }
}
