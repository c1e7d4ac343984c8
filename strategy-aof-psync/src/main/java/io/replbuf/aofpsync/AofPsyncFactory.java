package io.replbuf.aofpsync;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.log.ByteSize;
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
    /** Below this a backlog of Redis' default size, 1 MB, would send every short pause to the disk. */
    private static final long WINDOW_BYTES_MIN_BY_DEFAULT = 16 << 20;

    private static final BufferOption WINDOW =
            new BufferOption(
                    "repl-buffer-window",
                    "0",
                    "Bytes of the stream kept in memory, such as 64mb; a replica further behind reads from the log. 0 for the"
                            + " larger of repl-backlog-size and 16mb.");

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
        options.add(WINDOW);
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
        long configured = ByteSize.parse(WINDOW.name(), context.option(WINDOW), 0);
        long windowBytes = configured == 0 ? windowByDefault(context.backlogBytes()) : configured;
        ReplicationBuffer chain =
                window.create(
                        new BufferContext(
                                context.nanoClock(),
                                context.extents(),
                                context.account(),
                                context.helper(),
                                null,
                                context.startOffset(),
                                windowBytes,
                                context.options()));
        return new AofPsyncBuffer(
                chain, context.history(), context.account(), windowBytes, configured == 0);
    }

    static long windowByDefault(long backlogBytes) {
        return Math.max(backlogBytes, WINDOW_BYTES_MIN_BY_DEFAULT);
    }
}
