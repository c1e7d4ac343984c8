package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WATCH, EXEC and short memory, with the answers that redis-server 7.0.15 gives. */
class TransactionsTest {
    private static final String OOM = "OOM command not allowed when used memory > 'maxmemory'.";

    @TempDir Path dir;
    private ServerFixture fixture;
    private RawClient client;
    private RawClient other;

    @BeforeEach
    void start() throws Exception {
        fixture = new ServerFixture(dir);
        client = fixture.client();
        other = fixture.client();
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    @Test
    void shouldNotMindThatAKeyGoesWhichHadExpiredBeforeItWasWatched() throws IOException {
        expired("x");
        client.call("WATCH", "x");
        other.call("EXISTS", "x");
        assertThat(exec()).isEqualTo("[+PONG]");

        expired("x");
        client.call("WATCH", "x");
        other.call("FLUSHDB");
        assertThat(exec()).isEqualTo("[+PONG]");
    }

    @Test
    void shouldMindThatAKeyIsWrittenWhichHadExpiredBeforeItWasWatched() throws IOException {
        expired("x");
        client.call("WATCH", "x");
        other.call("SET", "x", "bar");
        assertThat(exec()).isEqualTo("null array");
    }

    @Test
    void shouldMindThatAKeyExpiresBetweenWatchAndExec() throws IOException {
        long at;
        do {
            client.call("UNWATCH");
            at = System.currentTimeMillis() + 100;
            client.call("SET", "key", "1", "PXAT", Long.toString(at));
            client.call("WATCH", "key");
            // Again where the machine was so slow that the key may have expired before.
        } while (System.currentTimeMillis() >= at);
        awaitPast(at);
        client.call("MULTI");
        client.call("INCR", "key");
        assertThat(client.call("EXEC")).isEqualTo("null array");
    }

    @Test
    void shouldNotMindThatAllKeysGoWhereTheWatchedOneIsNot() throws IOException {
        for (String flush : new String[] {"FLUSHALL", "FLUSHDB"}) {
            client.call("DEL", "x");
            client.call("WATCH", "x");
            other.call(flush);
            assertThat(exec()).as(flush).isEqualTo("[+PONG]");
            client.call("SET", "x", "1");
            client.call("WATCH", "x");
            other.call(flush);
            assertThat(exec()).as(flush).isEqualTo("null array");
        }
    }

    @Test
    void shouldMindACopyAtItsTargetAndNotAtItsSource() throws IOException {
        client.call("SET", "src", "1");
        client.call("WATCH", "src");
        other.call("COPY", "src", "dst", "DB", "2");
        assertThat(exec()).isEqualTo("[+PONG]");

        client.call("SELECT", "2");
        client.call("WATCH", "dst");
        client.call("SELECT", "0");
        other.call("COPY", "src", "dst", "DB", "2", "REPLACE");
        assertThat(exec()).isEqualTo("null array");
    }

    @Test
    void shouldRefuseToQueueAnyCommandWhileMemoryIsShort() throws IOException {
        client.call("SET", "x", "1");
        client.call("MULTI");
        other.call("CONFIG", "SET", "maxmemory", "1");
        assertThat(client.call("GET", "x")).isEqualTo("-" + OOM);
        assertThat(client.call("EXEC"))
                .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
    }

    @Test
    void shouldDiscardAWholeTransactionWhenMemoryIsShortAtExec() throws IOException {
        client.call("MULTI");
        client.call("SET", "x", "1");
        client.call("CONFIG", "GET", "hz");
        other.call("CONFIG", "SET", "maxmemory", "1");
        assertThat(client.call("EXEC"))
                .isEqualTo("-EXECABORT Transaction discarded because of: " + OOM);
        other.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(client.call("EXISTS", "x")).isEqualTo(":0");
    }

    @Test
    void shouldRunATransactionThatNeedsNoMemoryWhileMemoryIsShort() throws IOException {
        client.call("SET", "x", "1");
        client.call("MULTI");
        client.call("DEL", "x");
        other.call("CONFIG", "SET", "maxmemory", "1");
        assertThat(client.call("EXEC")).isEqualTo("[:1]");
    }

    @Test
    void shouldCountAFailureForTheCommandAndNotForTheExecAroundIt() throws IOException {
        client.call("SET", "x", "text");
        client.call("CONFIG", "RESETSTAT");
        client.call("MULTI");
        client.call("INCR", "x");
        client.call("EXEC");
        String stats = client.call("INFO", "commandstats");
        assertThat(stats).containsPattern("cmdstat_incr:.*failed_calls=1");
        assertThat(stats).containsPattern("cmdstat_exec:.*failed_calls=0");
    }

    private String exec() throws IOException {
        client.call("MULTI");
        client.call("PING");
        return client.call("EXEC");
    }

    /** The key is there and has expired; no command has looked at it since. */
    private void expired(String key) throws IOException {
        long at = System.currentTimeMillis() + 1;
        client.call("SET", key, "foo", "PXAT", Long.toString(at));
        awaitPast(at);
    }

    /** By the clock that the server goes by, since a look at the key would delete it. */
    private static void awaitPast(long millis) {
        Awaitility.await().until(() -> System.currentTimeMillis() > millis + 1);
    }
}
