package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * One buffer under test with its memory, its model and its readers; the test's thread is the command loop.
 *
 * <p>Feeding takes the model's next bytes, so the two cannot drift apart.
 */
public final class BufferFixture {
    private final Extents extents;
    private final Account account;
    private final ByteModel model;
    private final ReplicationBuffer buffer;
    private final List<ModelReader> opened = new ArrayList<>();
    private boolean closed;

    /** Makes the buffer of a fixture; a contract's subclass may add a history here. */
    @FunctionalInterface
    public interface Maker {
        ReplicationBuffer make(Extents extents, Account account, long startOffset);
    }

    BufferFixture(long memoryBytes, ByteModel model, long startOffset, Maker maker) {
        // No helper: a spare mapped in the background would make the counts of mapped memory
        // random.
        this.extents = new Extents(memoryBytes, null);
        this.account = new Accountant().account(Owner.REPLICATION);
        this.model = model;
        this.buffer = maker.make(extents, account, startOffset);
    }

    public ReplicationBuffer buffer() {
        return buffer;
    }

    public ByteModel model() {
        return model;
    }

    public Extents extents() {
        return extents;
    }

    public Account account() {
        return account;
    }

    /** Feeds the model's next bytes in one piece. */
    public void feed(int bytes) {
        long before = buffer.nextOffset();
        long after = buffer.feed(model.bytes(before, bytes));
        assertThat(after).as("offset behind what was fed").isEqualTo(before + bytes);
        assertThat(buffer.nextOffset()).isEqualTo(after);
    }

    /** The same in pieces of at most {@code piece} bytes, with a turn after each. */
    public void feed(int bytes, int piece) {
        for (int left = bytes; left > 0; left -= piece) {
            feed(Math.min(left, piece));
            buffer.turn(64);
        }
    }

    /** Opens a replica's cursor; null as the buffer says. */
    public ModelReader open(long offset, Executor loop) {
        ReplicaCursor cursor = buffer.open(offset, CursorRole.REPLICA, loop);
        if (cursor == null) {
            return null;
        }
        assertThat(cursor.offset()).isEqualTo(offset);
        ModelReader reader = new ModelReader(cursor, model);
        opened.add(reader);
        return reader;
    }

    /** Takes turns until nothing is left to trim. */
    public void turnUntilDone() {
        int turns = 0;
        while (buffer.turn(64)) {
            if (++turns > 1_000_000) {
                throw new AssertionError("turn: always more to trim after " + turns);
            }
        }
    }

    void close() {
        if (!closed) {
            closed = true;
            buffer.close();
        }
    }

    boolean allReleased() {
        return opened.stream().allMatch(reader -> reader.cursor().released());
    }

    /** After the loops have run: nothing is left of the buffer. */
    void checkNothingLeft() {
        assertThat(allReleased()).as("every cursor released").isTrue();
        assertThat(account.bytes()).as("account after close").isZero();
        assertThat(extents.liveBytes()).as("extents after close").isZero();
        extents.close();
        assertThat(extents.mappedBytes()).as("mapped after close").isZero();
    }
}
