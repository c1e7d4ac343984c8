package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    @TempDir Path dir;
    private ServerFixture fixture;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        fixture = new ServerFixture(dir);
        client = fixture.client();
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    @Test
    void shouldAnswerAPipelineInOrder() throws IOException {
        StringBuilder pipeline = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            pipeline.append(RawClient.command("ECHO", Integer.toString(i)));
        }
        client.send(pipeline.toString());
        for (int i = 0; i < 10_000; i++) {
            assertThat(client.reply()).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void shouldAnswerAPipelineThatFitsOneReadWithOneWrite() throws IOException {
        long before = writes();
        client.send("PING\r\n".repeat(50));
        for (int i = 0; i < 50; i++) {
            assertThat(client.reply()).isEqualTo("+PONG");
        }
        // One for the pipeline, one for the INFO that had counted before it was itself answered.
        assertThat(writes() - before).isLessThanOrEqualTo(3);
    }

    /** A read that ends within a command is followed by one of all that has arrived, not by one of the command's rest. */
    @Test
    void shouldReadALongPipelineInLargePieces() throws IOException {
        long before = statistic("total_reads_processed");
        int sets = 4_000;
        client.send(RawClient.command("SET", "k", "v".repeat(1_000)).repeat(sets));
        for (int i = 0; i < sets; i++) {
            assertThat(client.reply()).isEqualTo("+OK");
        }
        assertThat(statistic("total_reads_processed") - before).isLessThan(sets / 4);
    }

    @Test
    void shouldTakeCommandsOfAllSizesInPiecesOfAllSizes() throws IOException {
        long seed = Long.getLong("replbuf.seed", System.nanoTime());
        Random random = new Random(seed);
        int[] lengths = {0, 1, 1_000, 16_000, 17_000, 65_500, 70_000, 200_000};
        StringBuilder commands = new StringBuilder();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int length = lengths[random.nextInt(lengths.length)] + random.nextInt(40);
            char letter = (char) ('a' + random.nextInt(26));
            values.add(String.valueOf(letter).repeat(length));
            commands.append(RawClient.command("SET", "k" + i, values.get(i)));
        }
        for (int from = 0; from < commands.length(); ) {
            int to = from + 1 + random.nextInt(random.nextBoolean() ? 100 : 100_000);
            to = Math.min(to, commands.length());
            client.send(commands.substring(from, to));
            from = to;
        }
        for (int i = 0; i < values.size(); i++) {
            assertThat(client.reply()).as("seed %d, SET %d", seed, i).isEqualTo("+OK");
        }
        for (int i = 0; i < values.size(); i++) {
            assertThat(client.call("GET", "k" + i))
                    .as("seed %d, GET %d", seed, i)
                    .isEqualTo(values.get(i));
        }
    }

    private long writes() throws IOException {
        return statistic("total_writes_processed");
    }

    private long statistic(String name) throws IOException {
        return Long.parseLong(
                client.call("INFO", "stats").replaceAll("(?s).*" + name + ":(\\d+).*", "$1"));
    }

    @Test
    void shouldTakeCommandsByteByByte() throws IOException {
        for (char c : (RawClient.command("SET", "k", "v\r\n") + "get k\r\n").toCharArray()) {
            client.send(String.valueOf(c));
        }
        assertThat(client.reply()).isEqualTo("+OK");
        assertThat(client.reply()).isEqualTo("v\r\n");
    }

    @Test
    void shouldTakeALargeValueInPieces() throws IOException {
        String value = "x".repeat(5_000_000);
        assertThat(client.call("SET", "big", value)).isEqualTo("+OK");
        assertThat(client.call("GET", "big")).isEqualTo(value);
        assertThat(client.call("PING")).isEqualTo("+PONG");
    }

    @Test
    void shouldSayWhyACommandIsRefused() throws IOException {
        assertThat(client.call("NOSUCH", "a", "b"))
                .isEqualTo("-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' ");
        assertThat(client.call("GET"))
                .isEqualTo("-ERR wrong number of arguments for 'get' command");
        assertThat(client.call("CONFIG", "GET"))
                .isEqualTo("-ERR wrong number of arguments for 'config|get' command");
        assertThat(client.call("CLIENT", "NOSUCH"))
                .isEqualTo("-ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.");
        assertThat(client.call("SELECT", "16")).isEqualTo("-ERR DB index is out of range");
        assertThat(client.call("SELECT", "x"))
                .isEqualTo("-ERR value is not an integer or out of range");
    }

    @Test
    void shouldNameCommandsOfRedisThatItDoesNotHave() throws IOException {
        assertThat(client.call("REPLICAOF", "no", "one"))
                .startsWith("-ERR unknown command 'REPLICAOF'")
                .contains("does not have yet");
    }

    @Test
    void shouldCloseAfterAProtocolErrorAndServeOn() throws IOException {
        RawClient wrong = fixture.client();
        wrong.send("*1\r\n$-5\r\n");
        assertThat(wrong.line()).isEqualTo("-ERR Protocol error: invalid bulk length");
        assertThat(wrong.atEnd()).isTrue();
        assertThat(client.call("PING")).isEqualTo("+PONG");
    }

    @Test
    void shouldEndAnInlineLineOfAGigabyteEarly() throws IOException {
        RawClient endless = fixture.client();
        String part = "a".repeat(1 << 20);
        try {
            for (int i = 0; i < 1024; i++) {
                endless.send(part);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(broken pipe|reset).*");
        }
        assertThat(client.call("PING")).isEqualTo("+PONG");
        assertThat(client.call("CLIENT", "LIST").lines()).hasSize(1);
    }

    @Test
    void shouldKeepDatabasesApart() throws IOException {
        client.call("SET", "k", "zero");
        assertThat(client.call("SELECT", "3")).isEqualTo("+OK");
        assertThat(client.call("GET", "k")).isEqualTo("null");
        client.call("SET", "k", "three");
        assertThat(fixture.client().call("GET", "k")).isEqualTo("zero");
    }

    @Test
    void shouldRunATransactionAsAWhole() throws IOException {
        assertThat(client.call("EXEC")).isEqualTo("-ERR EXEC without MULTI");
        assertThat(client.call("DISCARD")).isEqualTo("-ERR DISCARD without MULTI");
        assertThat(client.call("MULTI")).isEqualTo("+OK");
        assertThat(client.call("MULTI")).isEqualTo("-ERR MULTI calls can not be nested");
        assertThat(client.call("SET", "a", "1")).isEqualTo("+QUEUED");
        client.send("incr a\r\n");
        assertThat(client.reply()).isEqualTo("+QUEUED");
        assertThat(fixture.client().call("GET", "a")).isEqualTo("null");
        assertThat(client.call("EXEC")).isEqualTo("[+OK, :2]");
    }

    @Test
    void shouldAbortATransactionThatCouldNotBeQueued() throws IOException {
        client.call("MULTI");
        client.call("SET", "a", "1");
        client.call("NOSUCH");
        assertThat(client.call("EXEC"))
                .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
        assertThat(client.call("GET", "a")).isEqualTo("null");
    }

    @Test
    void shouldGoOnAfterAnErrorInsideATransaction() throws IOException {
        client.call("SET", "text", "x");
        client.call("MULTI");
        client.call("INCR", "text");
        client.call("SET", "a", "1");
        assertThat(client.call("EXEC"))
                .isEqualTo("[-ERR value is not an integer or out of range, +OK]");
    }

    @Test
    void shouldAbortWhenAWatchedKeyChanged() throws IOException {
        RawClient other = fixture.client();
        client.call("WATCH", "k");
        other.call("SET", "k", "1");
        client.call("MULTI");
        client.call("SET", "k", "2");
        assertThat(client.call("EXEC")).isEqualTo("null array");
        client.call("WATCH", "k");
        other.call("SET", "unrelated", "1");
        client.call("MULTI");
        client.call("SET", "k", "2");
        assertThat(client.call("EXEC")).isEqualTo("[+OK]");
        client.call("WATCH", "k");
        other.call("FLUSHALL");
        client.call("UNWATCH");
        client.call("MULTI");
        assertThat(client.call("EXEC")).isEqualTo("[]");
    }

    @Test
    void shouldSpeakResp3AfterHello() throws IOException {
        assertThat(client.call("HELLO", "3"))
                .startsWith("[server, redis, version, ")
                .contains("proto, :3");
        assertThat(client.call("GET", "none")).isEqualTo("_");
        assertThat(client.call("HELLO", "4")).isEqualTo("-NOPROTO unsupported protocol version");
        assertThat(client.call("RESET")).isEqualTo("+RESET");
        assertThat(client.call("GET", "none")).isEqualTo("null");
    }

    @Test
    void shouldAskForThePasswordThatWasSet() throws IOException {
        assertThat(client.call("CONFIG", "SET", "requirepass", "secret")).isEqualTo("+OK");
        RawClient stranger = fixture.client();
        assertThat(stranger.call("GET", "k")).isEqualTo("-NOAUTH Authentication required.");
        assertThat(stranger.call("AUTH", "wrong")).startsWith("-WRONGPASS");
        assertThat(stranger.call("AUTH", "secret")).isEqualTo("+OK");
        assertThat(stranger.call("GET", "k")).isEqualTo("null");
        assertThat(fixture.client().call("HELLO", "3", "AUTH", "default", "secret"))
                .contains("proto");
        RawClient flood = fixture.client();
        flood.send("*100\r\n");
        assertThat(flood.line()).isEqualTo("-ERR Protocol error: unauthenticated multibulk length");
    }

    @Test
    void shouldNameListAndKillClients() throws IOException {
        RawClient other = fixture.client();
        assertThat(other.call("CLIENT", "SETNAME", "victim")).isEqualTo("+OK");
        assertThat(other.call("CLIENT", "SETNAME", "two words"))
                .startsWith("-ERR Client names cannot");
        assertThat(other.call("CLIENT", "GETNAME")).isEqualTo("victim");
        String id = other.call("CLIENT", "ID").substring(1);
        assertThat(client.call("CLIENT", "LIST", "ID", id))
                .contains("id=" + id + " ")
                .contains(" name=victim ");
        assertThat(client.call("CLIENT", "KILL", "ID", id)).isEqualTo(":1");
        assertThat(other.atEnd()).isTrue();
        assertThat(client.call("CLIENT", "KILL", "1.2.3.4:5")).isEqualTo("-ERR No such client");
        assertThat(client.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")).isEqualTo(":1");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void shouldListClientsInTheOrderOfRedis() throws IOException {
        String line = client.call("CLIENT", "LIST").strip();
        assertThat(line.replaceAll("=[^ ]*", ""))
                .isEqualTo(
                        "id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs rbp"
                                + " obl oll omem tot-mem events cmd user redir resp");
        assertThat(line).contains(" flags=N ").contains(" qbuf=26 ").contains(" cmd=client|list ");
    }

    /** All clients read into one buffer: it is nobody's between commands, and a client's own holds what is incomplete. */
    @Test
    void shouldSayWhatEachClientHoldsOfItsInput() throws IOException {
        RawClient idle = fixture.client();
        idle.call("CLIENT", "SETNAME", "idle");
        RawClient half = fixture.client();
        half.call("CLIENT", "SETNAME", "half");
        String command = RawClient.command("SET", "k", "v".repeat(50_000));
        half.send(command.substring(0, 10_000));
        Awaitility.await().until(() -> field("half", "qbuf") == 10_000);

        client.call("CLIENT", "SETNAME", "busy");
        String list = RawClient.command("CLIENT", "LIST");
        client.send(RawClient.command("ECHO", "x".repeat(20_000)) + list);
        client.reply();
        String lines = client.reply();

        assertThat(field(lines, "busy", "qbuf")).isEqualTo(list.length());
        assertThat(field(lines, "busy", "qbuf-free")).isEqualTo(64 * 1024 - list.length());
        assertThat(field(lines, "busy", "argv-mem")).isEqualTo("CLIENTLIST".length());
        for (String none : List.of("qbuf", "qbuf-free", "argv-mem", "rbs")) {
            assertThat(field(lines, "idle", none)).as(none).isZero();
        }
        long own = 10_000 + field(lines, "half", "qbuf-free");
        assertThat(own).isGreaterThan(10_000);
        assertThat(field(lines, "half", "argv-mem")).isEqualTo("SETk".length());
        assertThat(field(lines, "half", "tot-mem"))
                .isEqualTo(field(lines, "idle", "tot-mem") + own);
        half.send(command.substring(10_000));
        assertThat(half.reply()).isEqualTo("+OK");
        assertThat(field("half", "qbuf") + field("half", "qbuf-free")).isZero();
    }

    private long field(String name, String field) throws IOException {
        return field(client.call("CLIENT", "LIST"), name, field);
    }

    private static long field(String lines, String name, String field) {
        return Long.parseLong(
                lines.replaceAll(
                        "(?s).* name=" + name + " [^\n]*\\b" + field + "=(\\d+) .*", "$1"));
    }

    @Test
    void shouldSuppressReplies() throws IOException {
        client.send(RawClient.command("CLIENT", "REPLY", "SKIP"));
        client.send(RawClient.command("SET", "a", "1"));
        assertThat(client.call("GET", "a")).isEqualTo("1");
        client.send(RawClient.command("CLIENT", "REPLY", "OFF"));
        client.send(RawClient.command("PING"));
        assertThat(client.call("CLIENT", "REPLY", "ON")).isEqualTo("+OK");
    }

    @Test
    void shouldSayGoodbye() throws IOException {
        client.send("QUIT\r\nPING\r\n");
        assertThat(client.reply()).isEqualTo("+OK");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void shouldTurnAwayWhoIsTooMany() throws IOException {
        client.call("CONFIG", "SET", "maxclients", "1");
        RawClient second = fixture.client();
        assertThat(second.line()).isEqualTo("-ERR max number of clients reached");
        assertThat(second.atEnd()).isTrue();
        assertThat(client.call("INFO", "stats")).contains("rejected_connections:1");
    }

    @Test
    void shouldRefuseWritesBeyondMaxmemory() throws IOException {
        client.call("SET", "k", "v");
        client.call("CONFIG", "SET", "maxmemory", "1");
        assertThat(client.call("SET", "k", "v2"))
                .isEqualTo("-OOM command not allowed when used memory > 'maxmemory'.");
        assertThat(client.call("GET", "k")).isEqualTo("v");
        assertThat(client.call("DEL", "k")).isEqualTo(":1");
    }

    @Test
    void shouldDropAReplyBeyondTheHardLimitUnsent() throws IOException {
        client.call("SET", "big", "x".repeat(1 << 20));
        client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 100000 0 0");
        RawClient greedy = fixture.client();
        greedy.send(RawClient.command("GET", "big"));
        assertThat(greedy.raw(1)).isEmpty();
        assertThat(client.call("INFO", "stats"))
                .contains("client_output_buffer_limit_disconnections:1");
    }

    @Test
    void shouldWaitForReplicasNoLongerThanAsked() throws IOException {
        client.call("SET", "k", "v");
        assertThat(client.call("WAIT", "0", "0")).isEqualTo(":0");
        client.send(RawClient.command("WAIT", "1", "50") + RawClient.command("PING"));
        assertThat(client.reply()).isEqualTo(":0");
        assertThat(client.reply()).isEqualTo("+PONG");
        assertThat(client.call("WAIT", "1", "-1")).isEqualTo("-ERR timeout is negative");
    }

    @Test
    void shouldForgetWhoLeftWhileWaiting() throws IOException {
        RawClient waiting = fixture.client();
        waiting.send(RawClient.command("WAIT", "1", "0"));
        Awaitility.await()
                .until(() -> client.call("INFO", "clients").contains("blocked_clients:1"));
        waiting.close();
        Awaitility.await()
                .until(() -> client.call("INFO", "clients").contains("blocked_clients:0"));
    }

    @Test
    void shouldDescribeItsCommands() throws IOException {
        assertThat(client.call("COMMAND", "COUNT")).matches(":\\d+");
        assertThat(client.call("COMMAND", "INFO", "get"))
                .startsWith("[[get, :2, [+readonly, +fast], :1, :1, :1");
        assertThat(client.call("COMMAND", "DOCS", "get"))
                .contains("summary")
                .contains("group, string");
        assertThat(client.call("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"))
                .isEqualTo("[a, b]");
    }

    @Test
    void shouldPopulateDigestAndReload() throws IOException {
        assertThat(client.call("DEBUG", "DIGEST")).isEqualTo("+" + "0".repeat(40));
        assertThat(client.call("DEBUG", "POPULATE", "100", "p", "10")).isEqualTo("+OK");
        assertThat(client.call("GET", "p:7")).isEqualTo("value:7\0\0\0");
        String digest = client.call("DEBUG", "DIGEST");
        assertThat(client.call("DEBUG", "RELOAD")).isEqualTo("+OK");
        assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
        assertThat(client.call("DBSIZE")).isEqualTo(":100");
    }
}
