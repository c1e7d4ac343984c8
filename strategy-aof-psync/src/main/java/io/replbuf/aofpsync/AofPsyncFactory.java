package io.replbuf.aofpsync;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.shared.SharedBufferFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes buffers of the strategy {@code aof-psync}; stateless, any thread.
 *
 * <p>The context must bring a {@link io.replbuf.buffer.StreamHistory}, and its owner feeds that history from a cursor of the
 * buffer, opened with {@link io.replbuf.buffer.CursorRole#LOG}: that cursor keeps in memory what is not on disk yet.
 */
public final class AofPsyncFactory implements ReplicationBufferFactory {
    private final SharedBufferFactory window = new SharedBufferFactory();

    /** For {@link java.util.ServiceLoader}. */
    public AofPsyncFactory() {}

    @Override
    public String name() {
        return "aof-psync";
    }

    /** Its own, and those of {@code shared}, whose chain is the window. */
    @Override
    public List<BufferOption> options() {
        List<BufferOption> options = new ArrayList<>();
        options.addAll(AofPsyncConfig.options());
        options.addAll(window.options());
        return List.copyOf(options);
    }

    @Override
    public boolean needsHistory() {
        return true;
    }

    @Override
    public ReplicationBuffer create(BufferContext context) {
        if (context.history() == null) {
            throw new IllegalArgumentException(
                    "history: null (expected: a StreamHistory, which aof-psync reads from)");
        }
        context.requireOptionsOf(options());
        AofPsyncConfig config = AofPsyncConfig.of(context);
        ReplicationBuffer chain =
                window.create(
                        new BufferContext(
                                context.nanoClock(),
                                context.extents(),
                                context.account(),
                                context.helper(),
                                null,
                                context.startOffset(),
                                // A chain keeps a byte at least.
                                Math.max(config.windowBytes(), 1),
                                BufferOption.select(context.options(), window.options())));
        return new AofPsyncBuffer(chain, context.history(), context.account(), config);
    }
}
