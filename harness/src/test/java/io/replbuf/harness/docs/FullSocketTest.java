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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The README's read loop, in the same words, on a socket whose peer reads slowly: it neither spins nor loses a byte. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullSocketTest {
    private static final int FED_BYTES = 16 << 20;

    /** A socket that counts the writes which it took nothing of. */
    private record Counted(SocketChannel channel, int[] empty) {
        int write(ByteBuffer slice) throws IOException {
            int taken = channel.write(slice);
            if (taken == 0) {
                empty[0]++;
            }
            return taken;
        }
    }

    @Test
    void shouldWriteInVainAtMostOncePerReadiness() throws IOException {
        Extents extents = new Extents(2L * Extent.BYTES, null);
        Account account = new Accountant().account(Owner.REPLICATION);
        ReplicationBuffer buffer =
                new SharedBufferFactory()
                        .create(
                                new BufferContext(
                                        System::nanoTime,
                                        extents,
                                        account,
                                        Runnable::run,
                                        null,
                                        1,
                                        1 << 20,
                                        Map.of()));
        ReplicaCursor cursor = buffer.open(1, CursorRole.REPLICA, Runnable::run);
        ByteBuffer piece = ByteBuffer.allocate(1 << 20);
        for (int fed = 0; fed < FED_BYTES; fed += piece.capacity()) {
            for (int i = 0; i < piece.capacity(); i++) {
                piece.put(i, byteAt(fed + i));
            }
            buffer.feed(piece.clear());
        }
        try (ServerSocketChannel server = listening();
                SocketChannel peer = SocketChannel.open(server.getLocalAddress());
                SocketChannel channel = server.accept();
                Selector selector = Selector.open()) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 64 << 10);
            channel.configureBlocking(false);
            peer.configureBlocking(false);
            Counted socket = new Counted(channel, new int[1]);

            // The peer does not read: the socket fills, and stays full.
            readLoop(cursor, socket);
            for (int i = 0; i < 100; i++) {
                int before = socket.empty()[0];
                readLoop(cursor, socket);
                assertThat(socket.empty()[0] - before).isLessThanOrEqualTo(1);
            }
            assertThat(socket.empty()[0]).as("writes in vain, while it was full").isPositive();
            assertThat(cursor.pendingBytes()).as("more than the socket holds").isPositive();

            channel.register(selector, SelectionKey.OP_WRITE);
            int received = 0;
            ByteBuffer in = ByteBuffer.allocate(256 << 10);
            while (received < FED_BYTES) {
                if (selector.selectNow(
                                key -> {
                                    int before = socket.empty()[0];
                                    send(cursor, socket);
                                    assertThat(socket.empty()[0] - before).isLessThanOrEqualTo(1);
                                })
                        == 0) {
                    Thread.onSpinWait();
                }
                peer.read(in.clear());
                for (int i = 0; i < in.position(); i++) {
                    if (in.get(i) != byteAt(received + i)) {
                        throw new AssertionError("byte " + (received + i) + ": " + in.get(i));
                    }
                }
                received += in.position();
            }
            assertThat(cursor.offset()).isEqualTo(FED_BYTES + 1);
        }
        buffer.close();
        extents.close();
    }

    private static void send(ReplicaCursor cursor, Counted socket) {
        try {
            readLoop(cursor, socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void readLoop(ReplicaCursor cursor, Counted socket) throws IOException {
        // README: loop
        for (ByteBuffer slice; (slice = cursor.next(256 << 10)) != null; ) { // on the reader's loop
            int offered = slice.remaining();
            int taken = socket.write(slice);
            cursor.advance(taken); // by what the socket really took
            if (taken < offered) {
                break; // it is full: go on when it can be written to again
            }
        }
        // README: end
    }

    private static ServerSocketChannel listening() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.setOption(StandardSocketOptions.SO_RCVBUF, 64 << 10);
        return server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static byte byteAt(int index) {
        return (byte) (index * 31 + (index >> 8));
    }
}
