package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The hand-over under load, over real sockets and a real log: replicas are demoted and handed back again and again while the
 * writer goes on, connections are cut at random bytes, and the server kills some at whatever they are doing.
 *
 * <pre>
 *   writer ── batches larger than the window ──▶ server ══▶ 8 replicas, each cut and back at its next byte
 *                                                  └──▶ log files: what every replica must have received, summed in chunks
 * </pre>
 */
class HandOffTest {
    private static final int REPLICAS = 8;
    private static final int VALUE_BYTES = 1_000;

    @TempDir Path dir;

    @ParameterizedTest(name = "{0} demotions, io-threads {1}, {2}, {3} sender threads")
    @CsvSource({"250, 2, epoll, 1", "100, 1, epoll, 2", "100, 2, nio, 1", "50, 2, epoll, 0"})
    void shouldLoseAndDoubleNothing(int times, int ioThreads, String transport, int senders)
            throws Exception {
        run(times, ioThreads, transport, senders);
    }

    @Tag("soak")
    @ParameterizedTest(name = "{0} demotions, io-threads {1}, {2}, {3} sender threads")
    @CsvSource({"10000, 2, epoll, 1", "10000, 1, epoll, 1", "10000, 2, nio, 1"})
    void shouldLoseAndDoubleNothingInTheLongRun(
            int times, int ioThreads, String transport, int senders) throws Exception {
        run(times, ioThreads, transport, senders);
    }

    private void run(int times, int ioThreads, String transport, int senders) throws Exception {
        long seed = Long.getLong("replbuf.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        String before = System.getProperty("replbuf.transport", "");
        System.setProperty("replbuf.transport", transport);
        List<SocketReplica> replicas = new ArrayList<>();
        try (ServedBuffer served = server(ioThreads, senders)) {
            String replid = served.info("replication", "master_replid");
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(
                        new SocketReplica(
                                "replica-" + i,
                                served.server.port(),
                                replid,
                                random.split(),
                                1 << 20));
            }
            long changes = 0;
            int kills = 0;
            long deadline = System.nanoTime() + Duration.ofMinutes(10).toNanos();
            while (changes < times && deadline - System.nanoTime() > 0) {
                served.write(values(random, 100 + random.nextInt(100)));
                if (random.nextInt(50) == 0) {
                    kills++;
                    served.call("CLIENT", "KILL", "TYPE", "replica");
                }
                changes = convergeUnderLoad(served, replicas, random);
            }
            replicas.forEach(SocketReplica::stopCutting);
            check(served, replicas);
            int cuts = replicas.stream().mapToInt(replica -> replica.cuts).sum();
            int closed = replicas.stream().mapToInt(replica -> replica.closedByServer).sum();
            System.out.printf(
                    "io-threads %d, %s, seed %d: %d demotions, %d hand-offs, %d moves, %d cuts, %d killed, %d MB each; 0 bytes lost or"
                            + " doubled%n",
                    ioThreads,
                    transport,
                    seed,
                    served.figure("repl_buffer_demotions"),
                    served.figure("repl_buffer_hand_offs"),
                    served.figure("repl_buffer_loop_moves"),
                    cuts,
                    closed,
                    replicas.get(0).received() >> 20);
            assertThat(changes).as("demotions and hand-offs").isGreaterThanOrEqualTo(times);
            assertThat(closed).as("closed by the server").isLessThanOrEqualTo(kills * REPLICAS);
            assertThat(served.info("stats", "sync_full")).as("full resyncs").isEqualTo("0");
            assertThat(served.figure("repl_buffer_task_failures")).as("task failures").isZero();
            if (senders > 0) {
                assertThat(served.figure("repl_buffer_loop_moves")).as("moves").isPositive();
            } else {
                assertThat(served.figure("repl_buffer_loop_moves")).as("moves").isZero();
            }
        } catch (Throwable e) {
            throw new AssertionError("-Dreplbuf.seed=" + seed + ": " + e.getMessage(), e);
        } finally {
            for (SocketReplica replica : replicas) {
                replica.close();
            }
            System.setProperty("replbuf.transport", before);
        }
    }

    private ServedBuffer server(int ioThreads, int senders) throws Exception {
        return new ServedBuffer(
                dir,
                "io-threads",
                Integer.toString(ioThreads),
                "repl-log-sender-threads",
                Integer.toString(senders),
                "repl-buffer-window",
                "32kb",
                "repl-log-segment-size",
                "4mb",
                "repl-log-retention-bytes",
                "8gb",
                "appendfsync",
                "no");
    }

    /** Goes on writing, less than replicas can take, until nobody reads the log any more. */
    private static long convergeUnderLoad(
            ServedBuffer served, List<SocketReplica> replicas, SplittableRandom random)
            throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (served.figure("repl_buffer_demoted_cursors") > 0) {
            served.write(values(random, 1 + random.nextInt(3)));
            replicas.forEach(SocketReplica::received);
            assertThat(deadline - System.nanoTime()).as("time left to converge").isPositive();
        }
        return Math.min(
                served.figure("repl_buffer_demotions"), served.figure("repl_buffer_hand_offs"));
    }

    private static void check(ServedBuffer served, List<SocketReplica> replicas) throws Exception {
        long end = Long.parseLong(served.info("replication", "master_repl_offset"));
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                served.figure("repl_log_written_offset") >= end
                                        && replicas.stream().allMatch(r -> r.received() == end));
        List<Integer> expected = served.sumsOfLog();
        for (SocketReplica replica : replicas) {
            List<Integer> sums = new ArrayList<>(replica.sums);
            sums.add(replica.tail());
            assertThat(sums).isEqualTo(expected);
        }
        // Input flows wherever the channel is: every replica's last word has arrived.
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            for (int i = 0; i < REPLICAS; i++) {
                                if (!served.info("replication", "slave" + i)
                                        .contains("offset=" + end + ",")) {
                                    return false;
                                }
                            }
                            return true;
                        });
    }

    static List<String> values(SplittableRandom random, int count) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder value = new StringBuilder(VALUE_BYTES);
            while (value.length() < VALUE_BYTES) {
                value.append(Long.toHexString(random.nextLong()));
            }
            values.add(value.toString());
        }
        return values;
    }
}
