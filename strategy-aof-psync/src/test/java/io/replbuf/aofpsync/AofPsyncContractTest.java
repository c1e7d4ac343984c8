package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferFixture;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.ModelReader;
import io.replbuf.buffer.OptionSet;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferContract;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract under each set of options that makes a difference; windows are small, so that demotions happen all the time. */
@ParameterizedClass
@MethodSource("optionSets")
class AofPsyncContractTest extends ReplicationBufferContract {
    private static final int BLOCK_BYTES = 256;
    private static final int WINDOW_BYTES = 32 << 10;

    @Parameter OptionSet set;

    @TempDir Path dir;
    private final List<SyncHistory> histories = new ArrayList<>();

    @Override
    protected ReplicationBufferFactory factory() {
        AofPsyncFactory factory = new AofPsyncFactory();
        return new ReplicationBufferFactory() {
            @Override
            public String name() {
                return factory.name();
            }

            @Override
            public List<BufferOption> options() {
                return factory.options();
            }

            @Override
            public boolean needsHistory() {
                return factory.needsHistory();
            }

            @Override
            public ReplicationBuffer create(BufferContext context) {
                return new RecordedBuffer(factory.create(context), (SyncHistory) context.history());
            }
        };
    }

    @Override
    protected BufferContext context(BufferContext plain) {
        try {
            SyncHistory history =
                    new SyncHistory(
                            dir.resolve("history-" + histories.size()), plain.startOffset());
            histories.add(history);
            return new BufferContext(
                    plain.nanoClock(),
                    plain.extents(),
                    plain.account(),
                    plain.helper(),
                    history,
                    plain.startOffset(),
                    plain.backlogBytes(),
                    plain.options());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<OptionSet> optionSets() {
        return List.of(
                set("a window like the backlog", Integer.toString(WINDOW_BYTES), "no"),
                set("a tiny window", "700", "no"),
                set("everybody reads the log", "0", "no"),
                set("only what is synced", Integer.toString(WINDOW_BYTES), "yes"));
    }

    private static OptionSet set(String name, String window, String onlySynced) {
        return new OptionSet(
                name,
                Map.of(
                        "repl-buffer-window", window,
                        "repl-buffer-block-size", Integer.toString(BLOCK_BYTES),
                        "repl-log-send-only-synced", onlySynced),
                BLOCK_BYTES);
    }

    /** All of them for the first set, few for the others. */
    @Override
    protected int fixedSeeds() {
        return set.equals(optionSets().get(0)) ? super.fixedSeeds() : 2;
    }

    @Override
    protected Map<String, String> options() {
        return set.options();
    }

    @Override
    protected long granularityBytes() {
        return set.granularityBytes();
    }

    /** What memory is to keep; a window that was configured does not care for the backlog's size. */
    @Override
    protected long backlogBytes() {
        return Math.max(windowBytes(), 1);
    }

    private long windowBytes() {
        return Long.parseLong(set.options().get("repl-buffer-window"));
    }

    /** The chain adds up its own in strategy-shared's tests; here the cursors come on top. */
    @Override
    protected long liveBytes(ReplicationBuffer buffer) {
        AofPsyncBuffer tested = ((RecordedBuffer) buffer).buffer;
        return tested.window().stats().retainedBytes()
                + (long) tested.stats().cursors() * WindowedCursor.BYTES;
    }

    @Override
    protected boolean laggardsCostMemory() {
        return false;
    }

    @Override
    protected void closeHistory() throws IOException {
        for (SyncHistory history : histories) {
            assertThat(history.leases).as("leases").hasValue(0);
            assertThat(history.holds).as("holds").hasValue(0);
            history.close();
        }
    }

    /** A laggard is charged for the window at most, and then for nothing. */
    @Override
    @Test
    protected void shouldChargeAReplicaForWhatIsPendingOnly() {
        BufferFixture fixture = fixture();
        ModelReader replica = fixture.open(fixture.buffer().nextOffset(), loop);
        fixture.feed(20_000, 1_000);
        if (windowBytes() >= 20_000) {
            assertThat(replica.cursor().outputBytes()).isBetween(20_000L, 30_000L);
            assertThat(replica.cursor().outputBlocks()).isPositive();
        }

        fixture.feed(500_000, 5_000);
        assertThat(replica.cursor().outputBytes()).isZero();
        assertThat(replica.cursor().outputBlocks()).isZero();
        OutputLimit limit = fixture.buffer().limit(new LimitConfig(1_000, 500, 0));
        assertThat(limit.judge(replica.cursor().outputBytes(), 1_000_000))
                .isEqualTo(OutputLimit.Verdict.KEEP);
    }

    /** A window that was configured stays; what a larger backlog should keep is in the history. */
    @Override
    @Test
    protected void shouldKeepMoreAfterAResizeAndLessAfterAnother() {
        BufferFixture fixture = fixture();
        ReplicationBuffer buffer = fixture.buffer();
        long start = buffer.nextOffset();
        buffer.resizeBacklog(4 * backlogBytes());
        fixture.feed(20 * (int) backlogBytes(), 1_000);
        fixture.turnUntilDone();

        assertThat(buffer.stats().backlogBytes())
                .isBetween(windowBytes(), windowBytes() + 2 * BLOCK_BYTES);
        assertThat(buffer.coverage().startOffset()).isEqualTo(start);
        assertThatThrownBy(() -> buffer.resizeBacklog(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 (expected");
    }
}
