package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that outgrow the log's cap before a replica has its snapshot: the next attempt is refused, with what it would take. */
class SlowFullSyncTest {
    @TempDir Path dir;

    @Test
    void shouldRefuseTheNextFullSyncUntilTheCapIsRaised() throws Exception {
        try (ServedBuffer served =
                new ServedBuffer(
                        dir,
                        "repl-buffer-window",
                        "64kb",
                        "repl-log-segment-size",
                        "64kb",
                        "repl-log-retention-bytes",
                        "128kb",
                        "repl-log-max-bytes",
                        "1mb",
                        "repl-diskless-sync-delay",
                        "0",
                        "enable-debug-command",
                        "yes",
                        "rdbcompression",
                        "no")) {
            // More than sockets and queues hold, so that the snapshot waits for its reader.
            assertThat(served.call("DEBUG", "POPULATE", "64", "large", "1048576")).isEqualTo("+OK");
            try (ServedBuffer.Reader replica = replica(served)) {
                assertThat(replica.call("PSYNC", "?", "-1")).startsWith("+FULLRESYNC ");
                writeUntilDropped(served);
            }
            try (ServedBuffer.Reader replica = replica(served)) {
                assertThat(replica.call("PSYNC", "?", "-1"))
                        .startsWith("-NOMASTERLINK Full resync refused: 1 ended before")
                        .contains("repl-log-max-bytes allows 1.0 MiB");
            }
            assertThat(served.figure("repl_full_resyncs_refused")).isEqualTo(1);
            assertThat(served.info("stats", "sync_full")).isEqualTo("1");
            assertThat(served.call("CONFIG", "SET", "repl-log-max-bytes", "10gb")).isEqualTo("+OK");
            try (ServedBuffer.Reader replica = replica(served)) {
                assertThat(replica.call("PSYNC", "?", "-1")).startsWith("+FULLRESYNC ");
            }
        }
    }

    private static ServedBuffer.Reader replica(ServedBuffer served) throws Exception {
        ServedBuffer.Reader replica = served.reader();
        replica.call("REPLCONF", "listening-port", "7", "capa", "eof", "capa", "psync2");
        return replica;
    }

    private static void writeUntilDropped(ServedBuffer served) {
        Awaitility.await()
                .until(
                        () -> {
                            served.write(Collections.nCopies(100, "x".repeat(1_000)));
                            return served.info("replication", "connected_slaves").equals("0");
                        });
    }
}
