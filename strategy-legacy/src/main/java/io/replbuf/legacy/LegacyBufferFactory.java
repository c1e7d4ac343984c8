package io.replbuf.legacy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.List;

/** Makes buffers of the strategy {@code legacy}; stateless, any thread. */
public final class LegacyBufferFactory implements ReplicationBufferFactory {
    private static final int DEFAULT_CHUNK_BYTES = 16 << 10;
    private static final int MIN_CHUNK_BYTES = 64;
    private static final int MAX_CHUNK_BYTES = 1 << 20;

    private static final BufferOption CHUNK_SIZE =
            new BufferOption(
                    "repl-buffer-chunk-size",
                    Integer.toString(DEFAULT_CHUNK_BYTES),
                    "Capacity of a chunk of a replica's queue in bytes, a power of two, 64 to 1048576; Redis 6.2 has 16384.");

    /** For {@link java.util.ServiceLoader}. */
    public LegacyBufferFactory() {}

    @Override
    public String name() {
        return "legacy";
    }

    @Override
    public List<BufferOption> options() {
        return List.of(CHUNK_SIZE);
    }

    @Override
    public boolean needsHistory() {
        return false;
    }

    @Override
    public ReplicationBuffer create(BufferContext context) {
        return new LegacyBuffer(context, chunkBytes(context.option(CHUNK_SIZE)));
    }

    private static int chunkBytes(String value) {
        int bytes;
        try {
            bytes = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    CHUNK_SIZE.name() + ": \"" + value + "\" (expected: bytes in digits)", e);
        }
        if (bytes < MIN_CHUNK_BYTES || bytes > MAX_CHUNK_BYTES || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException(
                    CHUNK_SIZE.name()
                            + ": "
                            + bytes
                            + " (expected: a power of two, "
                            + MIN_CHUNK_BYTES
                            + " to "
                            + MAX_CHUNK_BYTES
                            + ")");
        }
        return bytes;
    }
}
