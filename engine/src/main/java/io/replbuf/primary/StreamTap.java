package io.replbuf.primary;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Publishes a checksum of each 4 KiB of the stream, as it was fed: what an observer compares replicas with, so that the
 * expected bytes never come from a replica under test.
 *
 * <p>Command loop only; the reader is another process. Chunk {@code k} holds offsets {@code [4096 k + 1, 4096 (k + 1)]}. The
 * file is mapped and sparse:
 *
 * <pre>
 *    0  magic "RBTAP001"
 *    8  long  complete chunks            published last
 *   16  long  bytes in the partial chunk   ┐ as of the last {@link #publish}
 *   24  long  its CRC32C                   ┘
 *   64  int   CRC32C of chunk 0, 1, 2 ...
 * </pre>
 */
final class StreamTap implements AutoCloseable {
    static final int CHUNK_BYTES = 4096;
    static final int HEADER_BYTES = 64;

    /** 64 GiB of stream: 64 MiB of checksums, of which only the written pages exist. */
    private static final int MAX_CHUNKS = 1 << 24;

    private static final int COMPLETE = 8;
    private static final int PARTIAL_LENGTH = 16;
    private static final int PARTIAL_CRC = 24;
    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final MappedByteBuffer file;
    private final CRC32C crc = new CRC32C();
    private long complete;
    private int partial;

    /**
     * @param firstOffset offset of the first byte to be fed; a chunk that begins before it is never right, which only
     *     concerns the first
     */
    StreamTap(Path path, long firstOffset) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            file = channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER_BYTES + 4L * MAX_CHUNKS);
        }
        complete = (firstOffset - 1) / CHUNK_BYTES;
        partial = (int) ((firstOffset - 1) % CHUNK_BYTES);
        file.put(0, "RBTAP001".getBytes(StandardCharsets.ISO_8859_1));
        publish();
    }

    /** Takes note of the remaining bytes of {@code bytes}, whose position it leaves alone. */
    void fed(ByteBuffer bytes) {
        int position = bytes.position();
        int limit = bytes.limit();
        for (int at = position; at < limit; ) {
            int length = Math.min(CHUNK_BYTES - partial, limit - at);
            crc.update(bytes.limit(at + length).position(at));
            at += length;
            partial += length;
            if (partial == CHUNK_BYTES) {
                if (complete < MAX_CHUNKS) {
                    file.putInt(HEADER_BYTES + (int) complete * 4, (int) crc.getValue());
                }
                complete++;
                partial = 0;
                crc.reset();
            }
        }
        bytes.limit(limit).position(position);
    }

    /** Makes what was fed visible, the partial chunk included. */
    void publish() {
        LONG.setOpaque(file, PARTIAL_LENGTH, (long) partial);
        LONG.setOpaque(file, PARTIAL_CRC, crc.getValue());
        LONG.setRelease(file, COMPLETE, complete);
    }

    @Override
    public void close() {
        publish();
    }
}
