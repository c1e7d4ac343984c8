package io.replbuf.buffer;

import io.replbuf.memory.Account;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
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
    private static final int ROUNDS_MAX = 10_000;
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

    /**
     * Whether a cursor that falls too far behind may lose its place without a limit's word, so that {@link
     * ReplicaCursor#broken} says why. Tests about laggards then let them fall no further than half a backlog, or accept that.
     */
    protected boolean mayDropLaggards() {
        return false;
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
                                make(extents, account, start, backlogBytes, options()));
        fixtures.add(fixture);
        return fixture;
    }

    final ReplicationBuffer make(
            Extents extents,
            Account account,
            long startOffset,
            long backlogBytes,
            Map<String, String> options) {
        return factory()
                .create(
                        context(
                                new BufferContext(
                                        System::nanoTime,
                                        extents,
                                        account,
                                        Runnable::run,
                                        null,
                                        startOffset,
                                        backlogBytes,
                                        options)));
    }

    /** How far a test that asked for {@code bytes} may let a reader fall behind that is to keep its place. */
    final int lagBytes(int bytes) {
        return mayDropLaggards() ? (int) Math.min(bytes, backlogBytes() / 2) : bytes;
    }

    /**
     * Lets a reader come to the stream's end, with what the strategy needs for that between its reads.
     *
     * @param loops runs what the cursors' loops were handed
     * @return false if it has lost its place, which only {@link #mayDropLaggards} allows
     */
    final boolean readToEnd(
            BufferFixture fixture, ModelReader reader, int maxBytes, Runnable loops) {
        long end = fixture.buffer().nextOffset();
        int rounds = 0;
        while (reader.readAll(maxBytes) != end) {
            if (lostItsPlace(reader)) {
                return false;
            }
            if (++rounds == ROUNDS_MAX) {
                throw new AssertionError(
                        "reader at "
                                + reader.offset()
                                + ": given nothing in "
                                + rounds
                                + " rounds, and broken() says nothing (expected: every byte up to "
                                + end
                                + ")");
            }
            pump();
            fixture.buffer().turn(64);
            loops.run();
        }
        return true;
    }

    /**
     * Whether the reader's cursor is broken.
     *
     * @throws AssertionError if it is and may not be
     */
    final boolean lostItsPlace(ModelReader reader) {
        String reason = reader.cursor().broken();
        if (reason == null) {
            return false;
        }
        if (!mayDropLaggards()) {
            throw new AssertionError(
                    "reader at "
                            + reader.offset()
                            + ": broken() says \""
                            + reason
                            + "\" (expected: no byte above an open cursor is lost, or mayDropLaggards)");
        }
        return true;
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
