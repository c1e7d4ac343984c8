package io.replbuf.buffer;

import io.replbuf.memory.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/**
 * What a contract test needs to know of a strategy, and the buffers that it makes; after every test nothing may be left of
 * them.
 */
public abstract class BufferContractBase {
    static final long START = 51;
    private static final int MODEL_BYTES = 8 << 20;
    static final long MEMORY = 8L * Extent.BYTES;

    private final List<BufferFixture> fixtures = new ArrayList<>();
    protected final FakeLoop loop = new FakeLoop();

    // ---- what a subclass says

    protected abstract ReplicationBufferFactory factory();

    /** Options of every buffer; small pieces of memory make edges frequent. */
    protected Map<String, String> options() {
        return Map.of();
    }

    /** Capacity and overhead of everything alive, added up object by object and not with the ledger's formulas. */
    protected abstract long liveBytes(ReplicationBuffer buffer);

    /** Distinct stream bytes held in memory, found by walking; the ledger's own number where that says nothing new. */
    protected long uniqueBytes(ReplicationBuffer buffer) {
        return buffer.stats().uniquePayloadBytes();
    }

    /** Backlog of every buffer unless a test says otherwise. */
    protected long backlogBytes() {
        return 32 << 10;
    }

    /** Bytes by which what is kept may exceed the backlog when nobody lags: one piece of memory, as a rule. */
    protected long granularityBytes() {
        return 16 << 10;
    }

    /** Whether a new backlog size leaves the content. */
    protected boolean keepsContentOnResize() {
        return true;
    }

    /** Whether a replica may lag behind the backlog without costing memory, so that memory does not run out by that. */
    protected boolean laggardsCostMemory() {
        return true;
    }

    /** A context for the factory; override to add a history. */
    protected BufferContext context(BufferContext plain) {
        return plain;
    }

    /** How many fixed seeds a random test has, beside a fresh one. */
    protected int fixedSeeds() {
        return Seeds.FIXED;
    }

    /** Lets whatever a strategy runs besides the cursors, such as a log, do its work. */
    protected void pump() {}

    /** Called before a test's buffers are checked for leftovers: closes what {@link #context} opened. */
    protected void closeHistory() throws Exception {}

    // ---- fixture

    protected final BufferFixture fixture() {
        return fixture(MEMORY, START, backlogBytes());
    }

    protected final BufferFixture fixture(long memoryBytes, long startOffset, long backlogBytes) {
        return fixture(memoryBytes, startOffset, backlogBytes, startOffset);
    }

    final BufferFixture fixture(long memoryBytes, long startOffset, long backlogBytes, long seed) {
        ByteModel model = new ByteModel(seed, startOffset, MODEL_BYTES);
        BufferFixture fixture =
                new BufferFixture(
                        memoryBytes,
                        model,
                        startOffset,
                        (extents, account, start) ->
                                factory()
                                        .create(
                                                context(
                                                        new BufferContext(
                                                                System::nanoTime,
                                                                extents,
                                                                account,
                                                                Runnable::run,
                                                                null,
                                                                start,
                                                                backlogBytes,
                                                                options()))));
        fixtures.add(fixture);
        return fixture;
    }

    @AfterEach
    protected final void nothingIsLeft() throws Exception {
        for (BufferFixture fixture : fixtures) {
            fixture.close();
        }
        loop.run();
        closeHistory();
        loop.run();
        for (BufferFixture fixture : fixtures) {
            fixture.checkNothingLeft();
        }
    }
}
