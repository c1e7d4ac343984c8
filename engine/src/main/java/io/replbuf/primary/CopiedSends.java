package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The stream in bounded copies, for channels that no region can go through: TLS has to see the bytes, and what is no socket
 * knows no file descriptor.
 *
 * <p>The replica's loop only. A copy counts as sent once it is made: from then on it is the channel's, like what a socket has
 * taken, and the cursor holds neither memory nor file for it. One at a time, so a replica costs {@link #MAX_BYTES} at most.
 */
final class CopiedSends {
    /** Four records of TLS; larger gains little beside what the encryption costs. */
    static final int MAX_BYTES = 64 << 10;

    private CopiedSends() {}

    /** Whether this channel takes no regions, as it is now. */
    static boolean needed(Channel channel) {
        return !(channel instanceof DuplexChannel)
                || channel.pipeline().get(SslHandler.class) != null;
    }

    /**
     * Copies the next bytes, from wherever the cursor reads, and moves it behind them.
     *
     * @return null if nothing can be read at present; the caller's
     * @throws IOException if the log's file cannot be read
     */
    static ByteBuf next(Channel channel, ReplicaCursor cursor, int maxBytes) throws IOException {
        int most = Math.min(maxBytes, MAX_BYTES);
        ByteBuffer slice = cursor.next(most);
        if (slice != null) {
            int bytes = slice.remaining();
            ByteBuf copy = channel.alloc().directBuffer(bytes).writeBytes(slice);
            cursor.advance(bytes);
            return copy;
        }
        FileSlice file = cursor.nextFile(most);
        if (file == null) {
            return null;
        }
        ByteBuf copy = channel.alloc().directBuffer(file.count());
        try (file) {
            int bytes = copy.writeBytes(file.channel(), file.position(), file.count());
            if (bytes < 1) {
                throw new IOException(
                        "read of the log took "
                                + bytes
                                + " bytes (expected: 1 to "
                                + file.count()
                                + ")");
            }
            cursor.advance(bytes);
            return copy;
        } catch (IOException | RuntimeException e) {
            copy.release();
            throw e;
        }
    }
}
