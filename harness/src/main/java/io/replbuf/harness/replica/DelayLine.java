package io.replbuf.harness.replica;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * The bytes that are on a link with latency: read from the socket, due at the replica later.
 *
 * <p>Holds at most {@link #WINDOW_BYTES}, as a TCP window would; when it is full nothing more is read, so latency limits throughput the
 * way it does on a real link. Event loop only; owns the buffers in it.
 */
final class DelayLine {
    static final int WINDOW_BYTES = 4 << 20;

    private record Due(ByteBuf bytes, long at) {}

    private final long latencyNanos;
    private final ArrayDeque<Due> line = new ArrayDeque<>();
    private int held;

    DelayLine(long latencyNanos) {
        this.latencyNanos = latencyNanos;
    }

    void add(ByteBuf bytes, long nowNanos) {
        line.add(new Due(bytes, nowNanos + latencyNanos));
        held += bytes.readableBytes();
    }

    boolean isFull() {
        return held >= WINDOW_BYTES;
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    /** When the next bytes are due. Not to be asked of an empty line. */
    long nextAt() {
        return line.peek().at();
    }

    /** The next bytes that are due by now, or null; the caller releases them. */
    ByteBuf poll(long nowNanos) {
        if (line.isEmpty() || line.peek().at() > nowNanos) {
            return null;
        }
        ByteBuf bytes = line.poll().bytes();
        held -= bytes.readableBytes();
        return bytes;
    }

    /** The link is cut: what was on it is lost. */
    void drop() {
        line.forEach(due -> due.bytes().release());
        line.clear();
        held = 0;
    }
}
