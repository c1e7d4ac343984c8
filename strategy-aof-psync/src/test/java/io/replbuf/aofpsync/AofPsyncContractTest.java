package io.replbuf.aofpsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferFixture;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.ModelReader;
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

/** The contract with a window as small as its backlog, so that demotion and hand-off happen all the time. */
class AofPsyncContractTest extends ReplicationBufferContract {
    private static final int BLOCK_BYTES = 256;
    private static final int WINDOW_BYTES = 32 << 10;

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

    @Override
    protected Map<String, String> options() {
        return Map.of(
                "repl-buffer-window",
                Integer.toString(WINDOW_BYTES),
                "repl-buffer-block-size",
                Integer.toString(BLOCK_BYTES));
    }

    @Override
    protected long granularityBytes() {
        return BLOCK_BYTES;
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
        assertThat(replica.cursor().outputBytes()).isBetween(20_000L, 30_000L);
        assertThat(replica.cursor().outputBlocks()).isPositive();

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
                .isBetween((long) WINDOW_BYTES, (long) WINDOW_BYTES + BLOCK_BYTES);
        assertThat(buffer.coverage().startOffset()).isEqualTo(start);
        assertThatThrownBy(() -> buffer.resizeBacklog(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 (expected");
    }
}
