package io.replbuf.harness.replica;

import java.io.EOFException;
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

/**
 * Reads the engine's own record of its stream, a mapped file that the engine writes as it feeds ({@code repl-buffer-tap}).
 *
 * <pre>
 *    0  magic "RBTAP001"
 *    8  long complete chunks, published last
 *   16  long length of the open chunk
 *   24  long its CRC32C
 *   64  int  CRC32C of chunk 0, 1, …
 * </pre>
 */
public final class TapTruth implements StreamTruth {
    private static final int HEADER_BYTES = 64;
    private static final String MAGIC = "RBTAP001";
    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final MappedByteBuffer file;

    /**
     * @throws IOException when the file cannot be read or is no tap
     */
    public TapTruth(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < HEADER_BYTES || size > Integer.MAX_VALUE) {
                throw new EOFException(
                        path
                                + " size: "
                                + size
                                + " (expected: "
                                + HEADER_BYTES
                                + " to "
                                + Integer.MAX_VALUE
                                + ")");
            }
            file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
        }
        byte[] magic = new byte[MAGIC.length()];
        ByteBuffer head = file.duplicate();
        head.get(magic);
        String found = new String(magic, StandardCharsets.ISO_8859_1);
        if (!found.equals(MAGIC)) {
            throw new IOException(path + " magic: '" + found + "' (expected: '" + MAGIC + "')");
        }
    }

    @Override
    public String source() {
        return "tap";
    }

    @Override
    public long completeChunks() {
        long complete = (long) LONG.getAcquire(file, 8);
        return Math.min(complete, (file.capacity() - HEADER_BYTES) / 4);
    }

    @Override
    public int crc(long chunk) {
        return file.getInt(HEADER_BYTES + Math.toIntExact(chunk) * 4);
    }

    @Override
    public Tail tail() {
        for (; ; ) {
            long complete = (long) LONG.getAcquire(file, 8);
            long length = (long) LONG.getAcquire(file, 16);
            long crc = (long) LONG.getAcquire(file, 24);
            VarHandle.acquireFence();
            // The three are written one after the other; only what reads equal twice belongs
            // together.
            if (complete == (long) LONG.getAcquire(file, 8)
                    && length == (long) LONG.getAcquire(file, 16)) {
                return new Tail(complete * CHUNK_BYTES + length, (int) crc);
            }
        }
    }

    @Override
    public boolean intact() {
        return true;
    }
}
