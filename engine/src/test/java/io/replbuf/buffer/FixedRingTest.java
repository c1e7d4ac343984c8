package io.replbuf.buffer;

/** The kit holds a strategy that may drop laggards to everything else. */
class FixedRingTest extends ReplicationBufferContract {
    @Override
    protected ReplicationBufferFactory factory() {
        return new FixedRing.Factory(false);
    }

    @Override
    protected long liveBytes(ReplicationBuffer buffer) {
        return ((FixedRing) buffer).liveBytes();
    }

    @Override
    protected boolean mayDropLaggards() {
        return true;
    }

    @Override
    protected boolean laggardsCostMemory() {
        return false;
    }

    @Override
    protected boolean keepsContentOnResize() {
        return false;
    }
}
