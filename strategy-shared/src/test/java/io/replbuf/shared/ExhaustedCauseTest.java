package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferExhaustedException;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A refused feed names what holds the memory. */
class ExhaustedCauseTest {
    private static final int PIECE = 1 << 20;

    private final Extents extents = new Extents(Extent.BYTES, null);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final ReplicationBuffer buffer =
            new SharedBufferFactory()
                    .create(
                            new BufferContext(
                                    System::nanoTime,
                                    extents,
                                    new Accountant().account(Owner.REPLICATION),
                                    Runnable::run,
                                    null,
                                    1,
                                    4 * PIECE,
                                    Map.of()));

    @AfterEach
    void close() {
        buffer.close();
        tasks.forEach(Runnable::run);
        extents.close();
    }

    @Test
    void shouldNameTheCursorThatPinsIt() {
        buffer.open(1, CursorRole.REPLICA, tasks::add);

        assertThat(refusal())
                .hasMessageContaining("; the cursor at 1 pins 3")
                .hasMessageContaining(" MiB")
                .hasMessageNotContaining("no turn since");
    }

    @Test
    void shouldNameTheTurnThatIsMissing() {
        ReplicaCursor cursor = buffer.open(1, CursorRole.REPLICA, tasks::add);
        BufferExhaustedException refusal =
                catchThrowableOfType(
                        BufferExhaustedException.class,
                        () -> {
                            while (true) {
                                buffer.feed(ByteBuffer.allocate(PIECE));
                                for (ByteBuffer slice; (slice = cursor.next(256 << 10)) != null; ) {
                                    cursor.advance(slice.remaining());
                                }
                            }
                        });

        assertThat(refusal)
                .hasMessageContaining("; no turn since 3")
                .hasMessageContaining(" MiB were fed")
                .hasMessageNotContaining("pins");
    }

    @Test
    void shouldNameClosedCursorsThatTheirLoopsHaveNotReleased() {
        ReplicaCursor sending = buffer.open(1, CursorRole.REPLICA, tasks::add);
        buffer.feed(ByteBuffer.allocate(PIECE));
        assertThat(sending.next(PIECE)).isNotNull();
        sending.close();
        buffer.open(buffer.nextOffset(), CursorRole.REPLICA, tasks::add);

        assertThat(refusal())
                .hasMessageContaining(" pins 3")
                .hasMessageEndingWith("; closed cursors that their loops have not released: 1");
    }

    private BufferExhaustedException refusal() {
        return catchThrowableOfType(
                BufferExhaustedException.class,
                () -> {
                    while (true) {
                        buffer.feed(ByteBuffer.allocate(PIECE));
                        buffer.turn(640);
                    }
                });
    }
}
