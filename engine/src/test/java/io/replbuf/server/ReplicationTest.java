package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands put into the stream, as a replica sees it that attaches by SYNC. */
class ReplicationTest {
    @TempDir Path dir;
    private ServerFixture fixture;
    private RawClient client;
    private RawClient replica;

    @BeforeEach
    void start() throws Exception {
        fixture =
                new ServerFixture(
                        dir, "repl-diskless-sync", "no", "repl-ping-replica-period", "3600");
        client = fixture.client();
        replica = fixture.client();
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    private void attach() throws IOException {
        replica.send(RawClient.command("SYNC"));
        String header = header(replica);
        assertThat(header).startsWith("$");
        assertThat(replica.raw(Integer.parseInt(header.substring(1)))).startsWith("REDIS00");
        Awaitility.await().until(() -> client.call("INFO", "replication").contains("state=online"));
    }

    /** The stream up to a mark that this sets. */
    private List<String> stream() throws IOException {
        client.call("SET", "mark", "mark");
        List<String> commands = new ArrayList<>();
        while (true) {
            String command = replica.reply();
            if (command.equals("[SET, mark, mark]")) {
                return commands;
            }
            // Signs of life come when they are due, whatever the test does.
            if (!command.equals("[ping]")) {
                commands.add(command);
            }
        }
    }

    @Test
    void shouldCountWhatTheSendPathClaims() throws IOException {
        attach();
        stream();

        // The replica may have the bytes before the loop that sent them has counted them.
        Awaitility.await()
                .untilAsserted(
                        () -> {
                            String info = client.call("INFO", "replication_buffer");
                            assertThat(info).contains("repl_buffer_copies_per_byte:1.00\r\n");
                            for (String counter :
                                    List.of(
                                            "repl_buffer_send_bytes_per_call",
                                            "repl_buffer_send_calls",
                                            "longest_turn_usec",
                                            "page_faults")) {
                                assertThat(info).containsPattern("\n" + counter + ":[1-9][0-9]*\r");
                            }
                        });
    }

    /** KeyDB 6.3 crashes over the version 10 of Redis 7, and Redis 6 refuses it; what is saved on the disk may be newer. */
    @Test
    void shouldSendReplicasAnRdbThatOlderServersRead() throws IOException {
        replica.send(RawClient.command("SYNC"));
        assertThat(header(replica)).matches("\\$\\d+");
        assertThat(replica.raw(9)).isEqualTo("REDIS0009");

        client.call("CONFIG", "SET", "repl-diskless-sync", "yes");
        RawClient diskless = fixture.client();
        diskless.call("REPLCONF", "capa", "eof", "capa", "psync2");
        diskless.send(RawClient.command("PSYNC", "?", "-1"));
        assertThat(header(diskless)).startsWith("+FULLRESYNC ");
        assertThat(header(diskless)).startsWith("$EOF:");
        assertThat(diskless.raw(9)).isEqualTo("REDIS0009");
    }

    /** The next line that is more than a sign of life. */
    private static String header(RawClient of) throws IOException {
        String line;
        do {
            line = of.line();
        } while (line.isEmpty());
        return line;
    }

    @Test
    void shouldSendCommandsAsTheyCame() throws IOException {
        attach();
        client.send(
                RawClient.command("set", "a", "1") + RawClient.command("GET", "a") + "incr a\r\n");
        client.send(RawClient.command("SET", "b", "1") + RawClient.command("SET", "c", "2"));
        for (int i = 0; i < 5; i++) {
            client.reply();
        }
        assertThat(stream())
                .containsExactly(
                        "[SELECT, 0]", "[set, a, 1]", "[incr, a]", "[SET, b, 1]", "[SET, c, 2]");
    }

    @Test
    void shouldSayNothingWhereNothingChanged() throws IOException {
        attach();
        client.call("DEL", "none");
        client.call("SET", "k", "v", "XX");
        client.call("GET", "k");
        assertThat(stream()).containsExactly("[SELECT, 0]");
    }

    @Test
    void shouldDeleteOneByOneWhatAScanFindsExpired() throws Exception {
        attach();
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
        for (String command : List.of("SCAN", "RANDOMKEY")) {
            expireTwo();
            client.send(
                    command.equals("SCAN")
                            ? RawClient.command("SCAN", "0", "COUNT", "1000")
                            : RawClient.command("RANDOMKEY"));
            client.reply();
            assertThat(stream()).as(command).containsExactlyInAnyOrder("[DEL, a]", "[DEL, b]");
        }

        expireTwo();
        client.send("MULTI\r\nSCAN 0 COUNT 1000\r\nEXEC\r\n");
        for (int i = 0; i < 3; i++) {
            client.reply();
        }
        assertThat(stream())
                .startsWith("[MULTI]")
                .endsWith("[EXEC]")
                .contains("[DEL, a]", "[DEL, b]");
    }

    /** Two keys that have expired, with nothing else left in the data set or in the stream. */
    private void expireTwo() throws IOException {
        client.call("FLUSHALL");
        client.call("SET", "a", "1", "PX", "1");
        client.call("SET", "b", "1", "PX", "1");
        stream();
        client.call("DEL", "mark");
        replica.reply();
        // Which leaves out what has expired, and deletes nothing.
        Awaitility.await().until(() -> client.call("KEYS", "*").equals("[]"));
    }

    @Test
    void shouldSelectWhenTheDatabaseChanges() throws IOException {
        attach();
        client.call("SET", "a", "0");
        client.call("SELECT", "5");
        client.call("SET", "a", "5");
        client.call("SELECT", "0");
        assertThat(stream())
                .containsExactly(
                        "[SELECT, 0]", "[SET, a, 0]", "[SELECT, 5]", "[SET, a, 5]", "[SELECT, 0]");
    }

    @Test
    void shouldWrapATransactionOnlyIfItHasSeveralEffects() throws IOException {
        attach();
        client.call("MULTI");
        client.call("SET", "a", "1");
        client.call("GET", "a");
        client.call("EXEC");
        client.call("MULTI");
        client.call("GET", "a");
        client.call("EXEC");
        client.call("MULTI");
        client.call("SET", "a", "2");
        client.call("INCR", "a");
        client.call("EXEC");
        assertThat(stream())
                .containsExactly(
                        "[SELECT, 0]",
                        "[SET, a, 1]",
                        "[MULTI]",
                        "[SET, a, 2]",
                        "[INCR, a]",
                        "[EXEC]");
    }

    @Test
    void shouldRewriteRelativeExpiryAndDeleteBeforeTheCommandThatFoundIt() throws IOException {
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
        attach();
        client.call("SET", "k", "v", "PX", "1");
        client.call("DEBUG", "SLEEP", "0.02");
        client.call("SET", "k", "w");
        List<String> stream = stream();
        assertThat(stream.get(1)).matches("\\[SET, k, v, PXAT, \\d+]");
        assertThat(stream.subList(2, stream.size()))
                .containsExactly("[MULTI]", "[DEL, k]", "[SET, k, w]", "[EXEC]");
    }

    @Test
    void shouldDeleteWhatAReloadLeavesOut() throws IOException {
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
        attach();
        client.call("SET", "k", "v", "PX", "1");
        client.call("DEBUG", "SLEEP", "0.02");
        assertThat(client.call("DEBUG", "RELOAD")).isEqualTo("+OK");
        assertThat(client.call("DBSIZE")).isEqualTo(":0");
        assertThat(stream()).endsWith("[DEL, k]");
    }

    @Test
    void shouldDeleteExpiredKeysByItself() throws IOException {
        attach();
        client.call("SET", "k", "v", "PX", "1");
        Awaitility.await().until(() -> client.call("DBSIZE").equals(":0"));
        assertThat(stream()).hasSize(3).endsWith("[DEL, k]");
    }

    @Test
    void shouldCountTheBytesOfTheStream() throws IOException {
        attach();
        stream();
        long before = offset();
        client.send(RawClient.command("SET", "a", "1").repeat(3));
        for (int i = 0; i < 3; i++) {
            client.reply();
        }
        assertThat(offset() - before).isEqualTo(3L * RawClient.command("SET", "a", "1").length());
    }

    private long offset() throws IOException {
        String info = client.call("INFO", "replication");
        return Long.parseLong(info.replaceAll("(?s).*master_repl_offset:(\\d+).*", "$1"));
    }

    @Test
    void shouldShowAndKillAReplica() throws IOException {
        attach();
        assertThat(client.call("CLIENT", "LIST", "TYPE", "replica"))
                .contains(" flags=S ")
                .contains(" cmd=sync ");
        assertThat(client.call("INFO", "clients")).contains("connected_clients:1");
        assertThat(client.call("CLIENT", "KILL", "TYPE", "replica")).isEqualTo(":1");
        assertThat(replica.atEnd()).isTrue();
        Awaitility.await()
                .until(() -> client.call("INFO", "replication").contains("connected_slaves:0"));
        Awaitility.await().until(() -> client.call("CLIENT", "LIST", "TYPE", "slave").isEmpty());
    }

    @Test
    void shouldServeOnAfterSillyOffsets() throws IOException {
        assertThat(replica.call("PSYNC", "?", "x"))
                .isEqualTo("-ERR value is not an integer or out of range");
        attach();
        for (String offset : List.of("-9223372036854775808", "9223372036854775807", "0", "-2")) {
            RawClient other = fixture.client();
            other.send(RawClient.command("PSYNC", "a".repeat(40), offset));
            assertThat(other.line()).startsWith("+FULLRESYNC ");
            other.close();
        }
        assertThat(client.call("PING")).isEqualTo("+PONG");
    }
}
