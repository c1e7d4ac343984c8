package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code appendonly yes}: what is loaded at start, rewrites, and what ends a load. */
class AppendOnlyTest {
    @TempDir Path dir;

    @Test
    void shouldFindItsDataAgainWithoutASave() throws Exception {
        String digest;
        String offset;
        String replid;
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            assertThat(info(client, "aof_enabled")).isEqualTo("1");
            fill(client);
            digest = client.call("DEBUG", "DIGEST");
            offset = info(client, "master_repl_offset");
            replid = info(client, "master_replid");
            assertThat(Long.parseLong(info(client, "aof_current_size")))
                    .isGreaterThanOrEqualTo(Long.parseLong(offset));
        }
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(info(client, "master_repl_offset")).isEqualTo(offset);
            assertThat(info(client, "master_replid")).isNotEqualTo(replid);
            assertThat(info(client, "master_replid2")).isEqualTo(replid);
            assertThat(info(client, "second_repl_offset"))
                    .isEqualTo(Long.toString(Long.parseLong(offset) + 1));
        }
    }

    @Test
    void shouldExpireWhatPassedItsTimeMeanwhileAndTellTheStream() throws Exception {
        String offset;
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
            client.call("SET", "gone", "v", "PX", "1");
            client.call("SET", "there", "v");
            offset = info(client, "master_repl_offset");
        }
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            Awaitility.await().until(() -> client.call("DBSIZE").equals(":1"));
            assertThat(Long.parseLong(info(client, "master_repl_offset")))
                    .isGreaterThan(Long.parseLong(offset));
        }
    }

    /** Of a server that has no log until then, whose replicas go on after its restart. */
    @Test
    void shouldBeginALogWhenItIsSwitchedOn() throws Exception {
        String digest;
        String replid;
        long offset;
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            client.call("SELECT", "3");
            fill(client);
            HandReplica replica = new HandReplica(fixture.server.port());
            client.call("SET", "before", "v");
            assertThat(client.call("CONFIG", "SET", "appendonly", "yes")).isEqualTo("+OK");
            client.call("SET", "after", "v");
            Awaitility.await().until(() -> info(client, "aof_rewrite_scheduled").equals("0"));
            Awaitility.await().until(() -> info(client, "aof_rewrite_in_progress").equals("0"));
            assertThat(info(client, "aof_enabled")).isEqualTo("1");
            client.call("SET", "at last", "v");
            replica.skipTo("[SET, at last, v]");
            digest = client.call("DEBUG", "DIGEST");
            replid = info(client, "master_replid");
            offset = Long.parseLong(info(client, "master_repl_offset"));
            replica.close();
        }
        try (ServerFixture fixture = new ServerFixture(dir, "appendonly", "yes")) {
            RawClient client = fixture.client();
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
            RawClient replica = fixture.client();
            replica.call("REPLCONF", "capa", "psync2");
            assertThat(replica.call("PSYNC", replid, Long.toString(offset + 1)))
                    .isEqualTo("+CONTINUE " + info(client, "master_replid"));
        }
    }

    @Test
    void shouldNotBeginALogWhereItCannot() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            client.call("MULTI");
            client.call("CONFIG", "SET", "appendonly", "yes");
            assertThat(client.call("EXEC")).contains("within a transaction");
            Files.writeString(dir.resolve("appendonlydir"), "a file");
            assertThat(client.call("CONFIG", "SET", "appendonly", "yes"))
                    .endsWith("Unable to turn on AOF. Check server logs.");
            assertThat(client.call("CONFIG", "GET", "appendonly")).isEqualTo("[appendonly, no]");
            assertThat(client.call("SET", "k", "v")).isEqualTo("+OK");
        }
    }

    @Test
    void shouldRewriteAndLoadTheNewBase() throws Exception {
        String digest;
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            fill(client);
            assertThat(client.call("BGREWRITEAOF"))
                    .isEqualTo("+Background append only file rewriting started");
            client.call("SET", "since", "the cut");
            awaitRewrites(client, 1);
            client.call("SET", "after", "it");
            assertThat(info(client, "aof_last_bgrewrite_status")).isEqualTo("ok");
            assertThat(info(client, "aof_rewrite_in_progress")).isEqualTo("0");
            digest = client.call("DEBUG", "DIGEST");
        }
        assertThat(manifest()).contains("appendonly.aof.2.base.rdb seq 2 type b");
        assertThat(names()).noneMatch(name -> name.startsWith("temp-") || name.contains(".1.base"));
        try (ServerFixture fixture = start()) {
            assertThat(fixture.client().call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    @Test
    void shouldRewriteByItselfOnGrowth() throws Exception {
        try (ServerFixture fixture = start("auto-aof-rewrite-min-size", "10000")) {
            RawClient client = fixture.client();
            client.call("SET", "k", "v".repeat(20_000));
            awaitRewrites(client, 1);
            assertThat(Long.parseLong(info(client, "aof_base_size"))).isGreaterThan(0);
        }
    }

    @Test
    void shouldLeaveAllAsItWasWhenARewriteFails() throws Exception {
        String digest;
        // A folder of the temporary file's name is in the way even of root.
        Path obstacle = dir.resolve("appendonlydir/temp-" + ProcessHandle.current().pid() + ".rdb");
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            fill(client);
            Files.createDirectory(obstacle);
            client.call("BGREWRITEAOF");
            Awaitility.await().until(() -> info(client, "aof_last_bgrewrite_status").equals("err"));
            assertThat(info(client, "aof_rewrites_consecutive_failures")).isEqualTo("1");
            client.call("SET", "after", "it");
            digest = client.call("DEBUG", "DIGEST");
        }
        Files.delete(obstacle);
        assertThat(manifest()).contains("appendonly.aof.1.base.rdb seq 1 type b");
        try (ServerFixture fixture = start()) {
            assertThat(fixture.client().call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    @Test
    void shouldTakeOverAnRdbWhenTurnedOn() throws Exception {
        String digest;
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            fill(client);
            client.call("SAVE");
            digest = client.call("DEBUG", "DIGEST");
        }
        for (int life = 0; life < 2; life++) {
            try (ServerFixture fixture = start()) {
                assertThat(fixture.client().call("DEBUG", "DIGEST")).isEqualTo(digest);
            }
            Files.deleteIfExists(dir.resolve("dump.rdb"));
        }
    }

    @Test
    void shouldCutATornTailUnlessForbidden() throws Exception {
        Path crashed = crashed("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nwor");
        assertThatThrownBy(() -> start(crashed, "aof-load-truncated", "no"))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("Unexpected end of file reading the append only file");
        try (ServerFixture fixture = start(crashed)) {
            assertThat(fixture.client().call("GET", "k")).isEqualTo("v");
        }
    }

    @Test
    void shouldNotRunHalfATransaction() throws Exception {
        Path crashed = crashed("*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nw\r\n");
        try (ServerFixture fixture = start(crashed)) {
            assertThat(fixture.client().call("GET", "k")).isEqualTo("v");
        }
    }

    @Test
    void shouldNotStartOnWhatIsNoStream() throws Exception {
        Path malformed = crashed("!!!");
        assertThatThrownBy(() -> start(malformed))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("Bad file format reading the append only file");
        Path unknown = crashed("*1\r\n$3\r\nbla\r\n");
        assertThatThrownBy(() -> start(unknown))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("Unknown command 'bla' reading the append only file");
        Path failing = crashed("*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n");
        assertThatThrownBy(() -> start(failing))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("incr fails now, and did not then: ERR value is not");
    }

    @Test
    void shouldBeLoadedByARealRedis() throws Exception {
        Assumptions.assumeTrue(RealRedis.isInstalled(), "no redis-server on this machine");
        String digest;
        try (ServerFixture fixture = start("repl-log-segment-size", "4kb")) {
            RawClient client = fixture.client();
            fill(client);
            client.call("BGREWRITEAOF");
            awaitRewrites(client, 1);
            fill(client);
            client.call("SELECT", "3");
            client.call("MSET", "a", "1", "b", "2");
            digest = client.call("DEBUG", "DIGEST");
        }
        Path copy = copy();
        try (RealRedis redis =
                        new RealRedis(
                                copy, "--appendonly", "yes", "--enable-debug-command", "yes");
                RawClient client = new RawClient(redis.port)) {
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    private ServerFixture start(String... directives) throws Exception {
        return start(dir, directives);
    }

    private static ServerFixture start(Path dir, String... directives) throws Exception {
        String[] all = new String[directives.length + 2];
        all[0] = "appendonly";
        all[1] = "yes";
        System.arraycopy(directives, 0, all, 2, directives.length);
        return new ServerFixture(dir, all);
    }

    /** Some of everything that the stream may hold. */
    private static void fill(RawClient client) throws IOException {
        StringBuilder pipeline = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            pipeline.append(RawClient.command("SET", "key:" + i, "value:" + i));
        }
        client.send(pipeline.toString());
        for (int i = 0; i < 300; i++) {
            client.reply();
        }
        client.send("SET inline 1\r\n");
        client.reply();
        client.call("INCR", "inline");
        client.call("APPEND", "inline", "x");
        client.call("DEL", "key:7", "key:8", "none");
        client.call("SET", "with-ttl", "v", "EX", "1000");
        client.call("PEXPIRE", "key:9", "1000000");
        client.call("SELECT", "5");
        client.call("MULTI");
        client.call("SET", "x", "1");
        client.call("INCRBY", "x", "41");
        client.call("EXEC");
        client.call("RENAME", "x", "y");
        client.call("SELECT", "0");
        client.call("GETDEL", "key:10");
    }

    private static void awaitRewrites(RawClient client, int count) {
        Awaitility.await().until(() -> Integer.parseInt(info(client, "aof_rewrites")) >= count);
    }

    /** What a server that held {@code k = v} would leave if it died now, after these bytes. */
    private Path crashed(String lastBytes) throws Exception {
        Path image;
        try (ServerFixture fixture = start()) {
            RawClient client = fixture.client();
            client.call("SET", "k", "v");
            Awaitility.await()
                    .until(
                            () ->
                                    info(client, "repl_log_written_offset")
                                            .equals(info(client, "master_repl_offset")));
            image = copy();
        }
        Path folder = image.resolve("appendonlydir");
        try (Stream<Path> files = Files.list(folder)) {
            Path last =
                    files.filter(file -> file.toString().endsWith(".incr.aof"))
                            .max(Comparator.naturalOrder())
                            .orElseThrow();
            Files.writeString(last, lastBytes, StandardOpenOption.APPEND);
        }
        return image;
    }

    private Path copy() throws IOException {
        Path copy = Files.createTempDirectory(dir, "copy");
        Path folder = Files.createDirectory(copy.resolve("appendonlydir"));
        try (Stream<Path> files = Files.list(dir.resolve("appendonlydir"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("appendonlydir"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private String manifest() throws IOException {
        return Files.readString(dir.resolve("appendonlydir/appendonly.aof.manifest"));
    }

    private static String info(RawClient client, String field) throws IOException {
        String info = client.call("INFO");
        int at = info.indexOf("\n" + field + ":") + field.length() + 2;
        return info.substring(at, info.indexOf('\r', at));
    }
}
