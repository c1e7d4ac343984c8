package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.ByteModel;
import io.replbuf.buffer.FakeLoop;
import io.replbuf.buffer.MemoryCursor;
import io.replbuf.buffer.ModelReader;
import io.replbuf.buffer.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first promise of the strategy: whatever a replica does, memory stays at the window and no byte is wrong. */
class StalledReplicaTest {
    private static final int WINDOW = 512 << 10;
    private static final int PIECE = 3_000;
    private static final long START = 1_001;
    private static final int MODEL_BYTES = 16 * WINDOW;

    /** Beside the window: a block at each end, one turn's bytes, cursors and tables. */
    private static final int SLACK = 2 * LoggedBuffer.BLOCK_BYTES + PIECE + (64 << 10);

    @TempDir Path dir;

    @Test
    void shouldKeepMemoryAtTheWindowWhenAReplicaStopsInsideASliceAndThenResumeRight()
            throws Exception {
        Seeds.each(
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    FakeLoop loop = new FakeLoop();
                    LoggedBuffer logged = logged(seed);
                    ModelReader replica = logged.open(START, loop);
                    logged.feedPaced(WINDOW / 4 + random.nextInt(WINDOW / 2), PIECE);
                    int slice = replica.begin(1 + random.nextInt(MemoryCursor.MAX_SLICE_BYTES));
                    replica.finish(random.nextInt(slice + 1));
                    long stoppedAt = replica.offset();

                    logged.feedPaced(10 * WINDOW, PIECE);

                    // What the log has not written yet is in memory, too: at most half a window, as
                    // the test is paced.
                    assertThat(logged.peakBytes).isLessThanOrEqualTo(WINDOW + SLACK);
                    assertThat(logged.stats().demotedCursors()).isEqualTo(1);
                    assertThat(replica.cursor().outputBytes()).isZero();
                    assertThat(replica.cursor().offset()).isEqualTo(stoppedAt);
                    readToTheEnd(logged, loop, replica, random);
                    assertThat(logged.stats().handOffs()).isEqualTo(1);
                    logged.close(loop::run);
                });
    }

    /** The loop does not come back from its send while ten windows are written: only that slice costs memory. */
    @Test
    void shouldKeepMemoryAtTheWindowWhileALoopHangsInsideASend() throws Exception {
        Seeds.each(
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    FakeLoop loop = new FakeLoop();
                    LoggedBuffer logged = logged(seed);
                    ModelReader replica = logged.open(START, loop);
                    logged.feedPaced(WINDOW / 2 + random.nextInt(WINDOW / 4), PIECE);
                    int slice = replica.begin(1 + random.nextInt(MemoryCursor.MAX_SLICE_BYTES));

                    logged.feedPaced(10 * WINDOW, PIECE);

                    assertThat(logged.peakBytes)
                            .isLessThanOrEqualTo(WINDOW + SLACK + MemoryCursor.MAX_SLICE_BYTES);
                    replica.recheck();
                    replica.finish(random.nextInt(slice + 1));
                    readToTheEnd(logged, loop, replica, random);
                    logged.close(loop::run);
                });
    }

    @Test
    void shouldCostAConstantPerReplicaHoweverMany() throws Exception {
        FakeLoop loop = new FakeLoop();
        LoggedBuffer logged = logged(1);
        List<ModelReader> replicas = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            replicas.add(logged.open(START, loop));
        }
        logged.feedPaced(12 * WINDOW, PIECE);
        loop.run();

        assertThat(logged.peakBytes).isLessThanOrEqualTo(WINDOW + SLACK);
        assertThat(logged.stats().demotedCursors()).isEqualTo(50);
        long fileBytes = logged.stats().fileBytes();
        assertThat(fileBytes).isBetween(11L * WINDOW, 12L * WINDOW);
        SplittableRandom random = new SplittableRandom(5);
        for (ModelReader replica : replicas) {
            readToTheEnd(logged, loop, replica, random);
        }
        logged.close(loop::run);
    }

    private LoggedBuffer logged(long seed) throws Exception {
        return new LoggedBuffer(
                Files.createTempDirectory(dir, "log"),
                new ByteModel(seed, START, MODEL_BYTES),
                START,
                WINDOW,
                Map.of());
    }

    private static void readToTheEnd(
            LoggedBuffer logged, FakeLoop loop, ModelReader replica, SplittableRandom random) {
        int turns = 0;
        while (replica.offset() < logged.buffer.nextOffset() || replica.cursor().inLog()) {
            int bytes = replica.begin(1 + random.nextInt(300_000));
            if (bytes > 0) {
                replica.finish(random.nextInt(4) == 0 ? random.nextInt(bytes + 1) : bytes);
            }
            loop.run();
            logged.turn();
            assertThat(++turns).as("turns").isLessThan(1_000_000);
        }
    }
}
