package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopiedSendsTest {
    @TempDir Path dir;

    @Test
    void shouldBeNeededUnderTlsAndForWhatIsNoSocket() throws Exception {
        SslHandler tls =
                SslContextBuilder.forClient().build().newHandler(new EmbeddedChannel().alloc());
        NioSocketChannel socket = new NioSocketChannel();
        try {
            assertThat(CopiedSends.needed(socket)).isFalse();
            socket.pipeline().addFirst(tls);
            assertThat(CopiedSends.needed(socket)).isTrue();
            assertThat(CopiedSends.needed(new LocalChannel())).isTrue();
            assertThat(CopiedSends.needed(new EmbeddedChannel())).isTrue();
        } finally {
            socket.unsafe().closeForcibly();
        }
    }

    @Test
    void shouldCopyBoundedPiecesFromMemoryAndFromTheLogInOrder() throws Exception {
        byte[] stream = new byte[300_000];
        for (int i = 0; i < stream.length; i++) {
            stream[i] = (byte) (i * 31 >> 3);
        }
        Path file = dir.resolve("log");
        Files.write(file, stream);
        EmbeddedChannel channel = new EmbeddedChannel();
        try (FileChannel log = FileChannel.open(file, StandardOpenOption.READ)) {
            TwoSources cursor = new TwoSources(stream, log, 150_001);
            long position = 0;
            ByteBuf copy = CopiedSends.next(channel, cursor, Integer.MAX_VALUE);
            while (copy != null) {
                assertThat(copy.readableBytes()).isBetween(1, CopiedSends.MAX_BYTES);
                byte[] got = new byte[copy.readableBytes()];
                copy.readBytes(got);
                copy.release();
                assertThat(got)
                        .isEqualTo(
                                java.util.Arrays.copyOfRange(
                                        stream, (int) position, (int) position + got.length));
                position += got.length;
                assertThat(cursor.offset()).isEqualTo(position);
                assertThat(cursor.leases).as("leases").isZero();
                copy = CopiedSends.next(channel, cursor, 50_000);
            }
            assertThat(position).isEqualTo(stream.length);
        }
    }

    /** The first bytes come from the log, those from {@code memoryFrom} on from memory. */
    private static final class TwoSources implements ReplicaCursor {
        private final byte[] stream;
        private final FileChannel log;
        private final int memoryFrom;
        private int offset;
        private int leases;

        TwoSources(byte[] stream, FileChannel log, int memoryFrom) {
            this.stream = stream;
            this.log = log;
            this.memoryFrom = memoryFrom;
        }

        @Override
        public long offset() {
            return offset;
        }

        @Override
        public long pendingBytes() {
            return stream.length - offset;
        }

        @Override
        public ByteBuffer next(int maxBytes) {
            int count = Math.min(maxBytes, stream.length - offset);
            return inLog() || count == 0 ? null : ByteBuffer.wrap(stream, offset, count);
        }

        @Override
        public FileSlice nextFile(int maxBytes) {
            if (!inLog()) {
                return null;
            }
            leases++;
            int count = Math.min(maxBytes, memoryFrom - offset);
            long position = offset;
            return new FileSlice() {
                @Override
                public FileChannel channel() {
                    return log;
                }

                @Override
                public long position() {
                    return position;
                }

                @Override
                public int count() {
                    return count;
                }

                @Override
                public void close() {
                    leases--;
                }
            };
        }

        @Override
        public void advance(long bytes) {
            offset += (int) bytes;
        }

        @Override
        public boolean inLog() {
            return offset < memoryFrom;
        }

        @Override
        public long outputBytes() {
            return 0;
        }

        @Override
        public int outputBlocks() {
            return 0;
        }

        @Override
        public void close() {}

        @Override
        public boolean released() {
            return true;
        }
    }
}
