package io.replbuf.harness.simulation;

/**
 * A connection as a sender sees it: buffers that fill and a peer that empties them at a rate, or not at all.
 *
 * <pre>
 *   sender ── write ──▶ [ buffers: at most capacity ] ── rate, delay ──▶ replica
 * </pre>
 *
 * What the socket took and the replica has not got is lost when the link is cut.
 */
final class SimulatedLink {
    private final double bytesPerNano;
    private final long capacityBytes;
    private final long delayNanos;
    private double buffered;
    private long seenNanos;
    private boolean stalled;

    SimulatedLink(long bytesPerSecond, long capacityBytes, long delayNanos, long nowNanos) {
        this.bytesPerNano = bytesPerSecond / 1e9;
        this.capacityBytes = capacityBytes;
        this.delayNanos = delayNanos;
        this.seenNanos = nowNanos;
    }

    /** Bytes that a write would take now. */
    int room(long nowNanos) {
        drain(nowNanos);
        return (int) Math.min(Integer.MAX_VALUE, capacityBytes - (long) Math.ceil(buffered));
    }

    void accept(int bytes) {
        buffered += bytes;
    }

    /** How long until a quarter of the buffers is free; -1 while the peer reads nothing. */
    long nanosToRoom() {
        if (stalled) {
            return -1;
        }
        double surplus = buffered - capacityBytes * 0.75;
        return surplus <= 0 ? 0 : (long) Math.ceil(surplus / bytesPerNano) + 1;
    }

    /** Most bytes that are taken and not received: what is buffered, and what is on the wire. */
    long inFlightBytes(long nowNanos) {
        drain(nowNanos);
        return (long) (buffered + delayNanos * bytesPerNano);
    }

    void stall(boolean stop, long nowNanos) {
        drain(nowNanos);
        stalled = stop;
    }

    boolean isStalled() {
        return stalled;
    }

    private void drain(long nowNanos) {
        if (!stalled) {
            buffered = Math.max(0, buffered - (nowNanos - seenNanos) * bytesPerNano);
        }
        seenNanos = nowNanos;
    }
}
