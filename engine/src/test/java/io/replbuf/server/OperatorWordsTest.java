package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replbuf.testing.CapturedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on the main paths, as an operator reads it: the system's reason, and no name of a Java class. */
class OperatorWordsTest {
    private static final Pattern CLASS_NAME =
            Pattern.compile(
                    "\\w(Exception|Error)\\b|\\bjava\\.|\\bio\\.(netty|replbuf)|\\(\\.\\.\\)");

    @TempDir Path dir;
    private CapturedLog log;

    @BeforeEach
    void listen() {
        log = new CapturedLog();
    }

    @AfterEach
    void shouldHaveNamedNoClass() {
        log.close();
        assertThat(log.lines()).noneMatch(line -> CLASS_NAME.matcher(line).find());
    }

    @Test
    void shouldSayWhyItCannotStart() throws Exception {
        Path none = dir.resolve("none");
        Path file = Files.createFile(dir.resolve("file"));
        Path folder = Files.createDirectories(dir.resolve("folder"));
        assertThat(refusal("dir", none.toString())).contains("a folder that exists");
        assertThat(refusal("unixsocket", file.resolve("below").toString()))
                .contains("Failed opening Unix socket")
                .contains("Not a directory");
        assertThat(refusal("unixsocket", none.resolve("socket").toString()))
                .contains("Failed opening Unix socket: bind: No such file or directory");
        assertThat(refusal("repl-buffer-counters", none.resolve("counters").toString()))
                .contains(none + "/counters: No such file or directory");
        Files.createDirectory(dir.resolve("dump.rdb"));
        assertThat(refusal()).contains("Fatal error loading the DB: ").contains("Is a directory");
        Files.delete(dir.resolve("dump.rdb"));
        assertThat(refusal("appendonly", "yes", "appenddirname", file.getFileName().toString()))
                .contains("cannot be opened")
                .contains("File exists");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldSayWhyItCannotListen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertThat(refusal("port", port)).contains("Failed listening on port " + port);
            assertThat(log.lines())
                    .contains(
                            "Warning: Could not create server TCP listening socket 127.0.0.1:"
                                    + port
                                    + ": bind: Address already in use");
        }
        refusal("bind", "no-such-host.invalid");
        assertThat(log.lines()).anyMatch(line -> line.endsWith("Name or service not known"));
    }

    @Test
    void shouldSayWhyAConfigurationCannotBeRead() {
        String none = dir.resolve("none.conf").toString();
        ConfigException refused =
                catchThrowableOfType(
                        ConfigException.class, () -> ConfigReader.read(new String[] {none}));
        assertThat(refused)
                .hasMessage(
                        "Fatal error, can't open config file '"
                                + none
                                + "': No such file or directory");
    }

    @Test
    void shouldSayHowAReplicaWasLost() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            RawClient replica = fixture.client();
            replica.send(RawClient.command("PSYNC", "?", "-1"));
            Awaitility.await()
                    .until(() -> client.call("INFO", "replication").contains("connected_slaves:1"));
            replica.reset();
            Awaitility.await()
                    .until(() -> client.call("INFO", "replication").contains("connected_slaves:0"));
        }
        assertThat(log.lines()).anyMatch(line -> line.endsWith(": Connection reset by peer"));
    }

    /** Scripts look for these lines, as they stand in the log of a redis-server. */
    @Test
    void shouldSayInRedisWordsWhatAReplicaSentThatItMustNot() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            stray(fixture, "ping");
            stray(fixture, "GET", "foo");
            stray(fixture, "config", "get", "hz");
            stray(fixture, "get");
            stray(fixture, "xinfo", "HELP");
            stray(fixture, "nosuch", "a");
            stray(fixture, "client", "nosuch");
        }
        assertThat(log.lines())
                .filteredOn(line -> line.matches("Replica generated.*|== CRITICAL.*"))
                .map(line -> line.replaceFirst("(disconnecting it): .*", "$1"))
                .containsExactly(
                        generated("ping"),
                        generated("get"),
                        sending("Replica can't interact with the keyspace", "get"),
                        generated("config|get"),
                        generated("get"),
                        sending("wrong number of arguments for 'get' command", "get"),
                        generated("xinfo|help"),
                        sending(
                                "unknown command 'xinfo', a command of Redis that this server does not have yet, with args"
                                        + " beginning with: 'HELP' ",
                                "xinfo|help"),
                        generated("<unknown>"),
                        sending(
                                "unknown command 'nosuch', with args beginning with: 'a' ",
                                "<unknown>"),
                        generated("<unknown>"),
                        sending("unknown subcommand 'nosuch'. Try CLIENT HELP.", "<unknown>"));
    }

    private static String generated(String command) {
        return "Replica generated a reply to command '" + command + "', disconnecting it";
    }

    private static String sending(String error, String command) {
        return "== CRITICAL == This master is sending an error to its replica: '"
                + error
                + "' after processing the command '"
                + command
                + "'";
    }

    private static void stray(ServerFixture fixture, String... command) throws IOException {
        RawClient replica = fixture.client();
        replica.send(RawClient.command("PSYNC", "?", "-1") + RawClient.command(command));
        assertThat(replica.atEnd()).isTrue();
    }

    @Test
    void shouldSayInRedisWordsHowADisklessTransferEnds() throws Exception {
        try (ServerFixture fixture =
                new ServerFixture(
                        dir, "repl-diskless-sync-delay", "100", "rdb-key-save-delay", "10000")) {
            RawClient client = fixture.client();
            client.call("DEBUG", "POPULATE", "20");
            RawClient taken = diskless(fixture);
            RawClient alsoTaken = diskless(fixture);
            client.call("CONFIG", "SET", "repl-diskless-sync-delay", "0");
            awaitLine("Diskless rdb transfer, done reading from pipe, 2 replicas still up.");
            taken.close();
            alsoTaken.close();

            client.call("CONFIG", "SET", "rdb-key-save-delay", "10000000");
            RawClient lost = diskless(fixture);
            Awaitility.await()
                    .until(
                            () ->
                                    client.call("INFO", "persistence")
                                            .contains("rdb_bgsave_in_progress:1"));
            lost.reset();
            awaitLine("Diskless rdb transfer, last replica dropped, killing fork child.");
        }
    }

    private static RawClient diskless(ServerFixture fixture) throws IOException {
        RawClient replica = fixture.client();
        replica.call("REPLCONF", "capa", "eof", "capa", "psync2");
        replica.send(RawClient.command("PSYNC", "?", "-1"));
        return replica;
    }

    private void awaitLine(String line) {
        Awaitility.await().until(() -> log.lines().contains(line));
    }

    @Test
    void shouldSayThatAnOffsetIsNone() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient replica = fixture.client();
            assertThat(replica.call("PSYNC", "?", "x"))
                    .isEqualTo("-ERR value is not an integer or out of range");
            assertThat(replica.call("PING")).isEqualTo("+PONG");
        }
        assertThat(log.lines())
                .anyMatch(
                        line ->
                                line.matches(
                                        "Replica 127.0.0.1:\\d+ asks for synchronization but with a wrong offset"));
    }

    @Test
    void shouldSayWhyASnapshotFailed() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            client.call("SET", "k", "v");
            Files.createDirectories(dir.resolve("dump.rdb").resolve("in the way"));
            assertThat(client.call("SAVE")).startsWith("-ERR").doesNotContainPattern(CLASS_NAME);
            client.call("BGSAVE");
            Awaitility.await()
                    .until(
                            () ->
                                    client.call("INFO", "persistence")
                                            .contains("rdb_last_bgsave_status:err"));
        }
        assertThat(log.lines()).filteredOn(line -> line.endsWith("Is a directory")).hasSize(2);
    }

    private String refusal(String... directives) throws IOException {
        try {
            new ServerFixture(dir, directives).close();
            throw new AssertionError("started with " + List.of(directives));
        } catch (StartException e) {
            assertThat(e.getMessage()).doesNotContainPattern(CLASS_NAME);
            return e.getMessage();
        } catch (ConfigException e) {
            throw new AssertionError("a value that is none", e);
        }
    }
}
