package io.replbuf.harness.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.shared.SharedBufferFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The README's example of a strategy without our server; what stands between the marks stands there too. */
class EmbeddingExampleTest {
    @Test
    void shouldFeedOnceAndResumeAReaderWhereItLeftOff() throws IOException {
        Executor helper = Runnable::run;
        Executor loop = Runnable::run;
        Account account = new Accountant().account(Owner.REPLICATION);
        Extents extents = new Extents(2L * Extent.BYTES, null);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        WritableByteChannel socket = Channels.newChannel(received);
        ByteBuffer message = ByteBuffer.wrap("one message, ".getBytes(StandardCharsets.US_ASCII));
        // README: begin
        var context =
                new BufferContext(
                        System::nanoTime, extents, account, helper, null, 1, 64 << 20, Map.of());
        ReplicationBuffer buffer = new SharedBufferFactory().create(context);

        buffer.feed(message); // the one writer; once, however many readers there are

        // A reader asks for the first byte that it lacks; null means that it has been away too
        // long.
        ReplicaCursor cursor = buffer.open(1, CursorRole.REPLICA, loop);
        for (ByteBuffer slice; (slice = cursor.next(256 << 10)) != null; ) { // on the reader's loop
            int offered = slice.remaining();
            int taken = socket.write(slice);
            cursor.advance(taken); // by what the socket really took
            if (taken < offered) {
                break; // it is full: go on when it can be written to again
            }
        }
        long resumeAt = cursor.offset(); // all that is needed to open a cursor there again
        cursor.close();
        buffer.turn(64); // once per turn of the writer's loop: settles cursors, trims
        // README: end
        assertThat(received.toString(StandardCharsets.US_ASCII)).isEqualTo("one message, ");
        assertThat(resumeAt).isEqualTo(14);
        assertThat(buffer.open(resumeAt, CursorRole.REPLICA, loop)).isNotNull();
        buffer.close();
        assertThat(account.bytes()).isZero();
        assertThat(extents.liveBytes()).isZero();
        extents.close();
    }
}
