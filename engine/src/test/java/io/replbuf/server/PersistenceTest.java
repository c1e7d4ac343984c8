package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PersistenceTest {
    @TempDir Path dir;

    @Test
    void shouldFindItsDataAgain() throws Exception {
        String digest;
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            client.call("DEBUG", "POPULATE", "1000");
            client.call("SET", "k", "v", "EX", "1000");
            digest = client.call("DEBUG", "DIGEST");
            assertThat(client.call("BGSAVE")).isEqualTo("+Background saving started");
            Awaitility.await().until(() -> info(client, "rdb_bgsave_in_progress").equals("0"));
            assertThat(info(client, "rdb_changes_since_last_save")).isEqualTo("0");
            assertThat(info(client, "rdb_saves")).isEqualTo("1");
            assertThat(info(client, "rdb_last_bgsave_status")).isEqualTo("ok");
        }
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(info(client, "rdb_last_load_keys_loaded")).isEqualTo("1001");
        }
    }

    @Test
    void shouldSaveByItself() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir, "save", "1 1")) {
            RawClient client = fixture.client();
            client.call("SET", "k", "v");
            Awaitility.await().until(() -> Files.exists(dir.resolve("dump.rdb")));
        }
    }

    @Test
    void shouldStopWritesWhenSavesFail() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir, "save", "3600 1000000")) {
            RawClient client = fixture.client();
            client.call("SET", "k", "v");
            // A folder of the file's name is in the way even of root, who may write everywhere.
            Files.createDirectory(dir.resolve("dump.rdb"));
            Files.writeString(dir.resolve("dump.rdb").resolve("x"), "x");
            assertThat(client.call("SAVE")).startsWith("-ERR ").contains("dump.rdb");
            assertThat(info(client, "rdb_last_bgsave_status")).isEqualTo("ok");
            assertThat(client.call("SET", "k", "w")).isEqualTo("+OK");
            client.call("BGSAVE");
            Awaitility.await().until(() -> info(client, "rdb_last_bgsave_status").equals("err"));
            assertThat(client.call("SET", "k", "w")).startsWith("-MISCONF ");
            assertThat(client.call("SHUTDOWN", "SAVE"))
                    .isEqualTo("-ERR Errors trying to SHUTDOWN. Check logs.");
            client.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
            assertThat(client.call("SET", "k", "w")).isEqualTo("+OK");
        }
    }

    @Test
    void shouldRefuseASecondSaveAndAbortOneOnShutdown() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            client.call("DEBUG", "POPULATE", "1000");
            client.call("CONFIG", "SET", "rdb-key-save-delay", "10000000");
            client.call("BGSAVE");
            assertThat(client.call("BGSAVE")).isEqualTo("-ERR Background save already in progress");
            assertThat(client.call("SAVE")).isEqualTo("-ERR Background save already in progress");
            client.send(RawClient.command("SHUTDOWN", "NOSAVE"));
            assertThat(client.atEnd()).isTrue();
            assertThat(fixture.server.awaitStopped()).isZero();
            assertThat(dir).isEmptyDirectory();
        }
    }

    @Test
    void shouldContinueItsHistoryAfterARestart() throws Exception {
        String offset;
        String replid;
        try (ServerFixture fixture = new ServerFixture(dir, "repl-diskless-sync", "no")) {
            RawClient client = fixture.client();
            RawClient replica = fixture.client();
            replica.send(RawClient.command("SYNC"));
            Awaitility.await().until(() -> info(client, "state=online").isEmpty());
            client.call("SET", "k", "v");
            client.call("SAVE");
            offset = info(client, "master_repl_offset");
            replid = info(client, "master_replid");
        }
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            assertThat(info(client, "master_replid2")).isEqualTo(replid);
            assertThat(info(client, "second_repl_offset"))
                    .isEqualTo(Long.toString(Long.parseLong(offset) + 1));
            assertThat(info(client, "master_repl_offset")).isEqualTo(offset);
        }
    }

    @Test
    void shouldNotStartOnADamagedFile() throws Exception {
        Files.writeString(dir.resolve("dump.rdb"), "REDIS0010 and then nonsense");
        assertThatThrownBy(() -> new ServerFixture(dir))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("Fatal error loading the DB")
                .hasMessageContaining("dump.rdb");
    }

    @Test
    void shouldNotStartInAFolderThatIsMissing() {
        assertThatThrownBy(() -> new ServerFixture(dir.resolve("none")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("none");
    }

    @Test
    void shouldNotStartWhereAnotherListens() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            String port = Integer.toString(fixture.server.port());
            assertThatThrownBy(() -> new ServerFixture(dir, "port", port))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("Failed listening on port " + port);
            assertThat(fixture.client().call("PING")).isEqualTo("+PONG");
        }
    }

    /** A field of INFO; for text that is not a field, what follows it or empty. */
    private static String info(RawClient client, String field) throws IOException {
        String info = client.call("INFO");
        int at = info.indexOf(field + ":");
        if (at < 0) {
            return info.contains(field) ? "" : "absent";
        }
        return info.substring(at + field.length() + 1, info.indexOf('\r', at));
    }
}
