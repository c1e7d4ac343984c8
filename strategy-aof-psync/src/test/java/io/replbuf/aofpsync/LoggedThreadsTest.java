package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.ByteModel;
import io.replbuf.buffer.LoopThread;
import io.replbuf.buffer.ModelReader;
import io.replbuf.buffer.Seeds;
import io.replbuf.stream.StreamRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real loops, a real log, real files: feed, send, stall, kill and reopen at random, every byte against an array. */
class LoggedThreadsTest {
    private static final int WINDOW = 128 << 10;
    private static final int STEPS = 1_500;
    private static final int REPLICAS = 8;

    @TempDir Path dir;

    /** A replica that reads, stalls and is cut, and comes back for its next byte. */
    private static final class Replica {
        final SplittableRandom random;
        final LoopThread loop;
        ModelReader reader;
        volatile int pacePercent = 100;

        Replica(LoopThread loop, SplittableRandom random) {
            this.loop = loop;
            this.random = random;
        }

        void attach(ModelReader opened) {
            reader = opened;
            loop.poll(() -> poll(opened));
        }

        private boolean poll(ModelReader polled) {
            if (polled.cursor().released()) {
                return false;
            }
            if (random.nextInt(100) < pacePercent) {
                int bytes = polled.begin(1 + random.nextInt(300_000));
                if (bytes > 0) {
                    polled.finish(random.nextInt(4) == 0 ? random.nextInt(bytes + 1) : bytes);
                }
            }
            return true;
        }
    }

    @Test
    void shouldAgreeWithAByteArrayWhileReplicasStallAreCutAndResume() throws Exception {
        Seeds.each(this::run);
    }

    private void run(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        long start = 1 + random.nextInt(1_000_000);
        LoggedBuffer logged =
                new LoggedBuffer(
                        Files.createTempDirectory(dir, "log"),
                        new ByteModel(seed, start, 32 << 20),
                        start,
                        WINDOW,
                        Map.of("appendfsync", random.nextBoolean() ? "no" : "everysec"));
        List<LoopThread> loops = List.of(new LoopThread("loop-0"), new LoopThread("loop-1"));
        List<Replica> replicas = new ArrayList<>();
        try {
            for (int i = 0; i < REPLICAS; i++) {
                Replica replica = new Replica(loops.get(i % loops.size()), random.split());
                replica.attach(logged.open(start, replica.loop));
                replicas.add(replica);
            }
            for (int i = 0; i < STEPS; i++) {
                step(logged, replicas, random);
                loops.forEach(LoopThread::check);
            }
            replicas.forEach(replica -> replica.pacePercent = 100);
            long end = logged.buffer.nextOffset();
            logged.await(
                    () -> {
                        loops.forEach(LoopThread::check);
                        return replicas.stream()
                                .allMatch(replica -> replica.reader.cursor().offset() == end);
                    });
            logged.await(() -> logged.stats().demotedCursors() == 0);
            assertThat(logged.stats().demotions()).as("demotions").isPositive();
            // Each loop may hold one slice of a demoted cursor, which it is sending from.
            assertThat(logged.peakBytes)
                    .as("peak of memory")
                    .isLessThanOrEqualTo(3 * WINDOW + loops.size() * (256L << 10));
        } finally {
            logged.close(() -> {});
            for (LoopThread loop : loops) {
                loop.end();
            }
        }
    }

    private void step(LoggedBuffer logged, List<Replica> replicas, SplittableRandom random) {
        int dice = random.nextInt(100);
        Replica replica = replicas.get(random.nextInt(replicas.size()));
        if (dice < 85) {
            logged.feedPaced(1 + random.nextInt(20_000), 5_000);
        } else if (dice < 92) {
            replica.pacePercent = random.nextInt(4) == 0 ? 100 : random.nextInt(10);
        } else if (dice < 97) {
            cutAndResume(logged, replica);
        } else {
            logged.turn();
            StreamRange covered = logged.buffer.coverage();
            cutAndJoin(
                    logged, replica, covered.startOffset() + random.nextLong(covered.bytes() + 1));
        }
    }

    /** A kill at whatever byte the loop is; the replica knows how far it got once its loop has let go. */
    private void cutAndResume(LoggedBuffer logged, Replica replica) {
        ModelReader cut = replica.reader;
        cut.cursor().close();
        logged.await(() -> cut.cursor().released());
        cutAndJoin(logged, replica, cut.cursor().offset());
    }

    private void cutAndJoin(LoggedBuffer logged, Replica replica, long offset) {
        replica.reader.cursor().close();
        ModelReader reopened = logged.open(offset, replica.loop);
        assertThat(reopened)
                .as("cursor at " + offset + " in " + logged.buffer.coverage())
                .isNotNull();
        replica.attach(reopened);
    }
}
