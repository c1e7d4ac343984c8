package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The strategy's and the sender's options in a server, with real sockets and a real log. */
class ServedOptionsTest {
    private static final int REPLICAS = 3;

    @TempDir Path dir;

    @Test
    void shouldServeEverybodyFromTheLogWithAWindowOfNothing() throws Exception {
        try (ServedBuffer served = new ServedBuffer(dir, "repl-buffer-window", "0")) {
            assertThat(replicate(served, 40)).as("readers of the log").isEqualTo(REPLICAS);
            assertThat(served.figure("repl_buffer_hand_offs")).isZero();
            assertThat(served.figure("repl_buffer_send_bytes")).isZero();
            assertThat(served.figure("repl_buffer_retained_bytes")).isLessThan(64 << 10);
        }
    }

    @Test
    void shouldSendOnlyWhatIsSynced() throws Exception {
        try (ServedBuffer served =
                new ServedBuffer(
                        dir, "repl-log-send-only-synced", "yes", "appendfsync", "always")) {
            replicate(served, 40);
            assertThat(served.figure("repl_buffer_send_bytes")).isPositive();
        }
    }

    @Test
    void shouldPaceWhatComesFromTheLog() throws Exception {
        try (ServedBuffer served =
                new ServedBuffer(dir, "repl-buffer-window", "64kb", "repl-log-send-rate", "2mb")) {
            for (int i = 0; i < 20; i++) {
                served.write(HandOffTest.values(new SplittableRandom(i), 100));
            }
            long begin = System.nanoTime();
            replicate(served, 1);
            // 2 MB less the window and what may be saved up, at 2 MB a second.
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isGreaterThan(Duration.ofMillis(600));
            assertThat(served.figure("repl_buffer_send_file_bytes")).isPositive();
        }
    }

    @Test
    void shouldHoldWritersBackWhileTheDiskIsBehindAndNobodyElse() throws Exception {
        try (ServedBuffer served =
                        new ServedBuffer(
                                dir, "repl-log-on-stall", "throttle", "repl-log-stall-bytes", "1");
                ServedBuffer.Reader reader = served.reader()) {
            replicate(served, 60);
            assertThat(served.figure("repl_log_throttles")).isPositive();
            assertThat(served.figure("repl_log_errors")).isZero();
            assertThat(reader.call("PING")).isEqualTo("+PONG");
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> reader.figure("repl_log_throttled_clients") == 0);
        }
    }

    /** Writes, compares what every replica has with the log's files, and says how many read the log in the end. */
    private static long replicate(ServedBuffer served, int batches) throws Exception {
        SplittableRandom random = new SplittableRandom(17);
        String replid = served.info("replication", "master_replid");
        List<SocketReplica> replicas = new ArrayList<>();
        try {
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(
                        new SocketReplica(
                                "replica-" + i,
                                served.server.port(),
                                replid,
                                random.split(),
                                1 << 20));
            }
            for (int i = 0; i < batches; i++) {
                served.write(HandOffTest.values(random, 1 + random.nextInt(100)));
            }
            replicas.forEach(SocketReplica::stopCutting);
            long end = Long.parseLong(served.info("replication", "master_repl_offset"));
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    served.figure("repl_log_written_offset") >= end
                                            && replicas.stream()
                                                    .allMatch(r -> r.received() == end));
            List<Integer> expected = served.sumsOfLog();
            for (SocketReplica replica : replicas) {
                List<Integer> sums = new ArrayList<>(replica.sums);
                Collections.addAll(sums, replica.tail());
                assertThat(sums).isEqualTo(expected);
            }
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> served.figure("repl_buffer_cursors") <= REPLICAS);
            assertThat(served.figure("repl_log_pinned_bytes")).isZero();
            return served.figure("repl_log_readers");
        } finally {
            for (SocketReplica replica : replicas) {
                replica.close();
            }
        }
    }
}
