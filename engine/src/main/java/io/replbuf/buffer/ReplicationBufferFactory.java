package io.replbuf.buffer;

import java.util.List;

/** Makes buffers of one strategy; found by {@link Strategies}. */
public interface ReplicationBufferFactory {
    /** The strategy's name as {@code repl-buffer-strategy} spells it. */
    String name();

    /** Its options with their defaults. */
    List<BufferOption> options();

    /** Whether {@link BufferContext#history} must be there. */
    boolean needsHistory();

    /**
     * @throws IllegalArgumentException if an option is none of {@link #options} (see {@link
     *     BufferContext#requireOptionsOf}) or its value is out of its range; says name, value and what was expected
     */
    ReplicationBuffer create(BufferContext context);
}
