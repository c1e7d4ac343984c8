package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.log.FailingFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code repl-log-send-only-synced}: no RDB tells a replica of writes that the primary may still lose. */
@Tag("ci")
class OnlySyncedTest {
    @TempDir Path dir;

    private final FailingFiles disk = new FailingFiles();
    private ServerFixture fixture;
    private RawClient writer;
    private RawClient other;

    private void start(String... directives) throws Exception {
        String[] all = new String[directives.length + 6];
        System.arraycopy(directives, 0, all, 6, directives.length);
        all[0] = "repl-buffer-strategy";
        all[1] = "logged-array";
        all[2] = "appendfsync";
        all[3] = "always";
        all[4] = "repl-log-send-only-synced";
        all[5] = "yes";
        fixture = new ServerFixture(dir, disk, all);
        writer = fixture.client();
        other = fixture.client();
    }

    @AfterEach
    void stop() throws IOException {
        letSync();
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void shouldHoldAnRdbBackUntilTheLogHasSyncedItsCut(String diskless) throws Exception {
        start("repl-diskless-sync", diskless);
        writeUnsynced();
        RawClient replica = replica();
        assertThat(firstWords(replica)).startsWith("+FULLRESYNC ");
        awaitNothingButSignsOfLife(replica);
        letSync();
        assertThat(writer.reply()).isEqualTo("+OK");
        assertThat(firstWords(replica)).startsWith("$");
        if (diskless.equals("no")) {
            Awaitility.await()
                    .until(() -> other.call("INFO", "replication").contains("state=online"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void shouldForgetWhoLeavesWhileItsRdbIsHeldBack(String diskless) throws Exception {
        start("repl-diskless-sync", diskless);
        writeUnsynced();
        RawClient replica = replica();
        assertThat(firstWords(replica)).startsWith("+FULLRESYNC ");
        awaitNothingButSignsOfLife(replica);
        replica.close();
        Awaitility.await()
                .until(
                        () ->
                                other.call("INFO").contains("connected_slaves:0\r")
                                        && other.call("INFO").contains("bgsave_in_progress:0\r"));
        letSync();
        assertThat(writer.reply()).isEqualTo("+OK");
        RawClient next = replica();
        assertThat(firstWords(next)).startsWith("+FULLRESYNC ");
        assertThat(firstWords(next)).startsWith("$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void shouldSendNoRdbThatTheLogHasStoppedBefore(String diskless) throws Exception {
        start("repl-diskless-sync", diskless);
        writeUnsynced();
        RawClient replica = replica();
        assertThat(firstWords(replica)).startsWith("+FULLRESYNC ");
        awaitNothingButSignsOfLife(replica);
        disk.failsForce = true;
        letSync();
        assertThatThrownBy(() -> firstWords(replica)).isInstanceOf(IOException.class);
        // Who comes while it is stopped waits for a snapshot, too.
        awaitNothingButSignsOfLife(replica());
    }

    @Test
    void shouldSendAtOnceWhatIsSynced() throws Exception {
        start();
        assertThat(writer.call("SET", "k", "1")).isEqualTo("+OK");
        RawClient replica = replica();
        assertThat(firstWords(replica)).startsWith("+FULLRESYNC ");
        assertThat(firstWords(replica)).startsWith("$EOF:");
    }

    @Test
    void shouldRefuseAPolicyThatNeverSyncs() throws Exception {
        start();
        assertThat(other.call("CONFIG", "SET", "appendfsync", "no"))
                .contains("repl-log-send-only-synced: yes (expected: no, with appendfsync no");
        assertThat(other.call("CONFIG", "GET", "appendfsync")).isEqualTo("[appendfsync, always]");
    }

    /** A write that is in the data set and not on the disk; its reply waits. */
    private void writeUnsynced() throws IOException {
        assertThat(writer.call("SET", "k", "0")).isEqualTo("+OK");
        disk.forceBrake = new CountDownLatch(1);
        writer.send(RawClient.command("SET", "k", "1"));
        Awaitility.await().until(() -> other.call("GET", "k").equals("1"));
    }

    private void letSync() {
        CountDownLatch braked = disk.forceBrake;
        disk.forceBrake = null;
        if (braked != null) {
            braked.countDown();
        }
    }

    private RawClient replica() throws IOException {
        RawClient replica = fixture.client();
        assertThat(replica.call("REPLCONF", "capa", "eof", "capa", "psync2")).isEqualTo("+OK");
        return replica.send(RawClient.command("PSYNC", "?", "-1"));
    }

    /** One comes each second, after what is due has been sent; the first may be from before the snapshot was ready. */
    private static void awaitNothingButSignsOfLife(RawClient replica) throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(replica.line()).isEmpty();
        }
    }

    private static String firstWords(RawClient replica) throws IOException {
        String line = replica.line();
        while (line.isEmpty()) {
            line = replica.line();
        }
        return line;
    }
}
