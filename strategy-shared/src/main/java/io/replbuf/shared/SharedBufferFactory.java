package io.replbuf.shared;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.List;

/** Makes buffers of the strategy {@code shared}; stateless, any thread. */
public final class SharedBufferFactory implements ReplicationBufferFactory {
    /** For {@link java.util.ServiceLoader}. */
    public SharedBufferFactory() {}

    @Override
    public String name() {
        return "shared";
    }

    @Override
    public List<BufferOption> options() {
        return SharedOptions.ALL;
    }

    @Override
    public boolean needsHistory() {
        return false;
    }

    @Override
    public ReplicationBuffer create(BufferContext context) {
        context.requireOptionsOf(options());
        return new SharedBuffer(context, SharedOptions.conclude(context));
    }
}
