package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ours and a real redis-server 7.0, side by side. */
class RealRedisComparisonTest {
    /** Sections whose lines come and go with what has happened. */
    private static final Set<String> VARIABLE =
            Set.of("# Errorstats", "# Keyspace", "# Replication_buffer");

    private static final Set<String> OURS_ALONE =
            Set.of("replbuf_version", "java_version", "client_output_buffer_limit_disconnections");

    @TempDir Path dir;
    private ServerFixture fixture;
    private RealRedis redis;
    private RawClient ours;
    private RawClient theirs;

    @BeforeEach
    void start() throws Exception {
        assumeThat(RealRedis.isInstalled()).as("/usr/bin/redis-server is there").isTrue();
        redis = new RealRedis(dir);
        theirs = new RawClient(redis.port);
        assumeThat(theirs.call("INFO", "server")).as("it is a 7.0").contains("redis_version:7.0.");
        fixture = new ServerFixture(dir);
        ours = fixture.client();
    }

    @AfterEach
    void stop() throws IOException {
        if (fixture != null) {
            fixture.close();
        }
        if (redis != null) {
            theirs.close();
            redis.close();
        }
    }

    @Test
    void shouldShowTheFieldsOfInfoInTheirOrder() throws IOException {
        List<String> expected = fields(theirs.call("INFO"));
        List<String> actual = fields(ours.call("INFO"));
        actual.removeAll(OURS_ALONE);
        actual.remove("# Replication_buffer");
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void shouldShowTheFieldsOfAClientInTheirOrder() throws IOException {
        String expected = theirs.call("CLIENT", "LIST").strip().replaceAll("=[^ ]*", "");
        assertThat(ours.call("CLIENT", "LIST").strip().replaceAll("=[^ ]*", ""))
                .isEqualTo(expected);
        assertThat(ours.call("CLIENT", "INFO").strip().replaceAll("=[^ ]*", ""))
                .isEqualTo(expected);
    }

    @Test
    void shouldKnowTheirDirectives() throws IOException {
        Set<String> expected = names(theirs.call("CONFIG", "GET", "*"));
        Set<String> actual = names(ours.call("CONFIG", "GET", "*"));
        assertThat(actual).containsAll(expected);
    }

    @Test
    void shouldRefuseWithTheirWords() throws IOException {
        String[][] wrong = {
            {"NOSUCH"},
            {"NOSUCH", "a"},
            {"GET"},
            {"SELECT", "99"},
            {"SELECT", "-1"},
            {"CLIENT", "NOSUCH"},
            {"CONFIG", "GET"},
            {"CONFIG", "SET", "hz"},
            {"CONFIG", "SET", "hz", "x"},
            {"CONFIG", "SET", "hz", "1", "hz", "2"},
            {"CONFIG", "SET", "databases", "1"},
            {"CONFIG", "SET", "dir", "/"},
            {"CONFIG", "SET", "maxmemory", "x"},
            {"CONFIG", "SET", "repl-timeout", "0"},
            {"CONFIG", "SET", "client-output-buffer-limit", "x 0 0 0"},
            {"CONFIG", "SET", "hz", "-1"},
            {"CONFIG", "SET", "notify-keyspace-events", "q"},
            {"CONFIG", "SET", "shutdown-on-sigterm", "nosave now save"},
            {"CONFIG", "SET", "shutdown-on-sigterm", "never"},
            {"CONFIG", "SET", "oom-score-adj-values", "1 2"},
            {"CONFIG", "SET", "oom-score-adj-values", "1 2 2001"},
            {"CONFIG", "SET", "latency-tracking-info-percentiles", "10.0 a"},
            {"CONFIG", "SET", "latency-tracking-info-percentiles", "101"},
            {"CONFIG", "SET", "proc-title-template", "{bad"},
            {"CONFIG", "SET", "save", "10  20"},
            {"CONFIG", "SET", "dbfilename", "a/b"},
            {"CONFIG", "SET", "daemonize", "yes"},
            {"CONFIG", "SET", "cluster-enabled", "yes"},
            {"EXEC"},
            {"DISCARD"},
            {"HELLO", "9"},
            {"HELLO", "x"},
            {"AUTH", "x"},
            {"AUTH", "a", "b"},
            {"AUTH", "a", "b", "c"},
            {"WAIT", "x", "0"},
            {"WAIT", "0", "-1"},
            {"WAIT", "0", "x"},
            {"CLIENT", "KILL", "ID", "x"},
            {"CLIENT", "KILL", "1:1"},
            {"CLIENT", "KILL", "TYPE", "x"},
            {"CLIENT", "LIST", "TYPE", "x"},
            {"CLIENT", "LIST", "ID", "x"},
            {"CLIENT", "SETNAME", "a b"},
            {"CLIENT", "NO-EVICT", "x"},
            {"CLIENT", "REPLY", "x"},
            {"SHUTDOWN", "x"},
            {"SHUTDOWN", "SAVE", "NOSAVE"},
            {"SHUTDOWN", "ABORT"},
            {"BGSAVE", "x"},
            {"DEBUG"},
            {"COMMAND", "NOSUCH"},
            {"COMMAND", "GETKEYS", "NOSUCH"},
            {"COMMAND", "GETKEYS", "PING"},
            {"MEMORY", "USAGE"},
            {"MEMORY", "USAGE", "k", "SAMPLES"},
            {"MEMORY", "USAGE", "k", "SAMPLES", "-1"},
            {"MEMORY", "USAGE", "k", "SAMPLES", "x"},
            {"MEMORY", "USAGE", "k", "SAMPLES", "0", "SAMPLES", "5"},
            {"PING", "a", "b"},
            {"ECHO"},
            {"PSYNC", "?", "x"},
            {"REPLCONF", "nosuch", "1"},
            {"INFO", "nosuch"}
        };
        SoftAssertions same = new SoftAssertions();
        for (String[] command : wrong) {
            same.assertThat(ours.call(command))
                    .as(String.join(" ", command))
                    .isEqualTo(theirs.call(command));
        }
        same.assertAll();
    }

    @Test
    void shouldAnswerInTheirWords() throws IOException {
        String[][] right = {
            {"PING"},
            {"PING", "x"},
            {"ECHO", "x"},
            {"SELECT", "1"},
            {"CLIENT", "GETNAME"},
            {"CLIENT", "SETNAME", "x"},
            {"CLIENT", "GETNAME"},
            {"CONFIG", "GET", "save"},
            {"CONFIG", "GET", "maxmemory"},
            {"CONFIG", "GET", "client-o*"},
            {"CONFIG", "SET", "repl-backlog-size", "1"},
            {"CONFIG", "GET", "repl-backlog-size"},
            {"CONFIG", "SET", "hz", "1000000"},
            {"CONFIG", "GET", "hz"},
            {"CONFIG", "SET", "notify-keyspace-events", "KEA"},
            {"CONFIG", "GET", "notify-keyspace-events"},
            {"CONFIG", "SET", "shutdown-on-sigint", "now NOSAVE"},
            {"CONFIG", "GET", "shutdown-on-sigint"},
            {"WATCH", "k"},
            {"MULTI"},
            {"PING"},
            {"EXEC"},
            {"MULTI"},
            {"DISCARD"},
            {"UNWATCH"},
            {"WAIT", "0", "0"},
            {"ROLE"},
            {"COMMAND", "GETKEYS", "SET", "k", "v"},
            {"RESET"},
            {"CONFIG", "RESETSTAT"}
        };
        SoftAssertions same = new SoftAssertions();
        for (String[] command : right) {
            same.assertThat(ours.call(command))
                    .as(String.join(" ", command))
                    .isEqualTo(theirs.call(command));
        }
        same.assertAll();
    }

    @Test
    void shouldBeFollowedByARealReplica() throws IOException {
        ours.call("DEBUG", "POPULATE", "1000");
        ours.call("CONFIG", "SET", "repl-diskless-sync-delay", "0");
        theirs.call("REPLICAOF", "127.0.0.1", Integer.toString(fixture.server.port()));
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> ours.call("INFO", "replication").contains("state=online"));
        ours.send(RawClient.command("INCR", "n").repeat(1000));
        for (int i = 0; i < 1000; i++) {
            ours.reply();
        }
        assertThat(ours.call("WAIT", "1", "20000")).isEqualTo(":1");
        assertThat(theirs.call("GET", "n")).isEqualTo("1000");
        assertThat(theirs.call("DBSIZE")).isEqualTo(":1001");
        assertThat(ours.call("ROLE"))
                .matches("\\[master, :\\d+, \\[\\[127.0.0.1, " + redis.port + ", \\d+]]]");
    }

    private static List<String> fields(String info) {
        List<String> fields = new ArrayList<>();
        boolean variable = false;
        for (String line : info.split("\r\n")) {
            if (line.startsWith("#")) {
                variable = VARIABLE.contains(line);
                fields.add(line);
            } else if (!line.isEmpty() && !variable) {
                fields.add(line.substring(0, line.indexOf(':')));
            }
        }
        return fields;
    }

    private static Set<String> names(String map) {
        Set<String> names = new TreeSet<>();
        // Values hold blanks and commas, so that only the first word after a comma can be a name;
        // values among them do no harm.
        for (String word : map.substring(1, map.length() - 1).split(", ")) {
            if (word.matches("[a-z][a-z0-9_-]*")) {
                names.add(word);
            }
        }
        names.removeAll(
                Set.of(
                        "yes",
                        "no",
                        "default",
                        "redis",
                        "ip",
                        "ignore",
                        "disabled",
                        "noeviction",
                        "notice"));
        names.removeIf(name -> name.equals("local0") || name.equals("resetchannels"));
        return names;
    }
}
