package io.replbuf.shared;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.List;

/** Makes buffers of the strategy {@code shared}; stateless, any thread. */
public final class SharedBufferFactory implements ReplicationBufferFactory {
    private static final BufferOption BLOCK_SIZE =
            new BufferOption(
                    "repl-buffer-block-size",
                    Integer.toString(ChainConfig.DEFAULT_BLOCK_BYTES),
                    "Capacity of a block in bytes, a power of two, 64 to 1048576; lowered to a sixteenth of the backlog"
                            + " where that is less, but not below 16384 on that account.");

    private static final BufferOption SOFT_LIMIT_FLOOR =
            new BufferOption(
                    "repl-buffer-soft-limit-floor",
                    "yes",
                    "Whether the soft output limit of replicas counts as the backlog size where it is smaller, as the hard"
                            + " limit always does; no is Redis 7.0's rule.");

    /** For {@link java.util.ServiceLoader}. */
    public SharedBufferFactory() {}

    @Override
    public String name() {
        return "shared";
    }

    @Override
    public List<BufferOption> options() {
        return List.of(BLOCK_SIZE, SOFT_LIMIT_FLOOR);
    }

    @Override
    public boolean needsHistory() {
        return false;
    }

    @Override
    public ReplicationBuffer create(BufferContext context) {
        ChainConfig config =
                new ChainConfig(
                        intOption(context.option(BLOCK_SIZE)),
                        yesOrNo(context.option(SOFT_LIMIT_FLOOR)));
        return new SharedBuffer(context, config.concluded(context.backlogBytes()));
    }

    private static int intOption(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    BLOCK_SIZE.name() + ": \"" + value + "\" (expected: bytes in digits)", e);
        }
    }

    private static boolean yesOrNo(String value) {
        return switch (value) {
            case "yes" -> true;
            case "no" -> false;
            default ->
                    throw new IllegalArgumentException(
                            SOFT_LIMIT_FLOOR.name() + ": \"" + value + "\" (expected: yes or no)");
        };
    }
}
