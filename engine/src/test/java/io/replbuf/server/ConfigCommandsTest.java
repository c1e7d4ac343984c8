package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandsTest {
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
    void shouldGetByNameAliasAndPattern() throws IOException {
        assertThat(get("hz")).isEqualTo("[hz, 10]");
        assertThat(get("slave-read-only")).isEqualTo("[slave-read-only, yes]");
        assertThat(get("repl*ttl")).isEqualTo("[repl-backlog-ttl, 3600]");
        assertThat(get("*-read-only")).isEqualTo("[replica-read-only, yes, slave-read-only, yes]");
        assertThat(get("nosuch")).isEqualTo("[]");
        assertThat(client.call("CONFIG", "GET", "hz", "HZ", "h?")).isEqualTo("[hz, 10]");
    }

    @Test
    void shouldHideTestKnobsFromPatterns() throws IOException {
        assertThat(get("rdb-key-save-delay")).isEqualTo("[rdb-key-save-delay, 0]");
        assertThat(get("rdb-key*")).isEqualTo("[]");
    }

    @Test
    void shouldSetSeveralOrNone() throws IOException {
        assertThat(client.call("CONFIG", "SET", "hz", "50", "timeout", "7")).isEqualTo("+OK");
        assertThat(get("hz")).isEqualTo("[hz, 50]");
        assertThat(client.call("CONFIG", "SET", "hz", "20", "timeout", "-1"))
                .isEqualTo(
                        "-ERR CONFIG SET failed (possibly related to argument 'timeout') - argument must be between 0 and"
                                + " 2147483647 inclusive");
        assertThat(get("hz")).isEqualTo("[hz, 50]");
        assertThat(client.call("CONFIG", "SET", "hz", "20", "hz", "30"))
                .contains("duplicate parameter");
        assertThat(client.call("CONFIG", "SET", "hz", "20", "dir")).startsWith("-ERR wrong number");
    }

    @Test
    void shouldRollBackWhatCouldNotBeCarriedOut() throws IOException {
        assertThat(client.call("CONFIG", "SET", "repl-timeout", "9", "dbfilename", "a"))
                .contains("can't set protected config");
        assertThat(get("repl-timeout")).isEqualTo("[repl-timeout, 60]");
    }

    @Test
    void shouldRefuseWithReason() throws IOException {
        assertThat(client.call("CONFIG", "SET", "port", "1"))
                .endsWith("can't set immutable config");
        assertThat(client.call("CONFIG", "SET", "repl-backlog-sice", "1"))
                .isEqualTo(
                        "-ERR Unknown option or number of arguments for CONFIG SET - 'repl-backlog-sice' (nearest:"
                                + " 'repl-backlog-size')");
        assertThat(client.call("CONFIG", "SET", "appendonly", "no")).isEqualTo("+OK");
        assertThat(client.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"))
                .contains("does not have yet");
        assertThat(client.call("CONFIG", "SET", "maxmemory", "lots"))
                .endsWith("argument must be a memory value");
    }

    @Test
    void shouldRaiseASmallBacklogSilently() throws IOException {
        assertThat(client.call("CONFIG", "SET", "repl-backlog-size", "1")).isEqualTo("+OK");
        assertThat(get("repl-backlog-size")).isEqualTo("[repl-backlog-size, 16384]");
    }

    @Test
    void shouldTakeTheLogsBoundsWhileTheyFitEachOther() throws IOException {
        assertThat(client.call("CONFIG", "SET", "repl-log-retention-bytes", "8mb"))
                .isEqualTo("+OK");
        assertThat(client.call("CONFIG", "SET", "repl-log-max-bytes", "4mb"))
                .endsWith("(expected: >= repl-log-retention-bytes=8388608, or 0)");
        assertThat(get("repl-log-max-bytes")).isEqualTo("[repl-log-max-bytes, 0]");
        assertThat(client.call("CONFIG", "SET", "repl-log-segment-size", "8mb"))
                .endsWith("can't set immutable config");
    }

    @Test
    void shouldPrintLimitsInBytesWithSlave() throws IOException {
        client.call("CONFIG", "SET", "client-output-buffer-limit", "replica 1mb 0 0");
        assertThat(get("client-output-buffer-limit")).contains("slave 1048576 0 0 pubsub");
    }

    @Test
    void shouldResetStatistics() throws IOException {
        client.call("GET", "missing");
        client.call("NOSUCH");
        assertThat(client.call("INFO", "stats", "errorstats"))
                .contains("keyspace_misses:1")
                .contains("errorstat_ERR:count=1");
        client.call("CONFIG", "RESETSTAT");
        assertThat(client.call("INFO", "stats", "errorstats"))
                .contains("keyspace_misses:0")
                .contains("total_error_replies:0")
                .doesNotContain("errorstat_ERR");
    }

    private String get(String name) throws IOException {
        return client.call("CONFIG", "GET", name);
    }
}
