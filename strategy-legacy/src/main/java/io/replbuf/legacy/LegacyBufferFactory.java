package io.replbuf.legacy;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes buffers of the strategy {@code legacy}; stateless, any thread. */
public final class LegacyBufferFactory implements ReplicationBufferFactory {
    private static final int DEFAULT_CHUNK_BYTES = 16 << 10;
    private static final int MIN_CHUNK_BYTES = 64;
    private static final int MAX_CHUNK_BYTES = 1 << 20;

    private static final BufferOption CHUNK_SIZE =
            new BufferOption(
                    "repl-buffer-chunk-size",
                    Integer.toString(DEFAULT_CHUNK_BYTES),
                    "Array of a replica and least capacity of a chunk of its queue in bytes, a power of two, 64 to 1048576;"
                            + " Redis 6.2 has 16384.");

    private static final BufferOption POOLED =
            new BufferOption(
                    "repl-buffer-pooled",
                    "no",
                    "Whether backlog and chunks are cut from extents and used again; no, as in Redis: each is an allocation"
                            + " of its own with fresh pages and is freed alone.");

    private static final Logger LOG = LoggerFactory.getLogger(LegacyBufferFactory.class);
    private static final AtomicBoolean POOLED_SAID = new AtomicBoolean();

    /** For {@link java.util.ServiceLoader}. */
    public LegacyBufferFactory() {}

    @Override
    public String name() {
        return "legacy";
    }

    @Override
    public List<BufferOption> options() {
        return List.of(CHUNK_SIZE, POOLED);
    }

    @Override
    public boolean needsHistory() {
        return false;
    }

    @Override
    public ReplicationBuffer create(BufferContext context) {
        context.requireOptionsOf(options());
        int chunkBytes = chunkBytes(context.option(CHUNK_SIZE));
        boolean pooled = context.yes(POOLED);
        if (!pooled
                && context.extents().pieces() == null
                && POOLED_SAID.compareAndSet(false, true)) {
            LOG.warn(
                    "{} no: this JVM lends malloc only with --enable-native-access=ALL-UNNAMED, so chunks come from extents",
                    POOLED.name());
        }
        return new LegacyBuffer(
                context, ChunkMemory.of(context.extents(), chunkBytes, pooled), chunkBytes);
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
