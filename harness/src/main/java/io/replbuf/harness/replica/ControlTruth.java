package io.replbuf.harness.replica;

import java.util.Arrays;

/**
 * The stream as a control replica saw it, one that is neither shaped nor struck: for servers that keep no tap.
 *
 * <p>Written on the fleet's event loop as the control replica reads. Weaker than a tap, since a server that sends everybody the same
 * wrong byte is believed; the report says so.
 */
final class ControlTruth implements StreamTruth, ChunkHasher.Sink {
    /** 64 GiB of stream. */
    private static final int CHUNKS_MAX = 1 << 24;

    private ChunkHasher hasher = new ChunkHasher(this);
    private long firstChunk = -1;
    private volatile int[] crcs = new int[1024];
    private volatile long complete;
    private volatile boolean intact = true;

    /** The hasher that the control replica is to fill; before it reads. */
    ChunkHasher hasher(int every) {
        hasher = new ChunkHasher(this, every);
        return hasher;
    }

    /** The control replica has to begin anew elsewhere: what it saw before no longer joins what it will see. */
    void broken() {
        intact = false;
    }

    @Override
    public void chunk(long number, int crc) {
        if (firstChunk < 0) {
            firstChunk = number;
        }
        if (number >= CHUNKS_MAX) {
            intact = false;
            return;
        }
        int at = (int) number;
        int[] known = crcs;
        if (at >= known.length) {
            known = Arrays.copyOf(known, Math.min(CHUNKS_MAX, Math.max(at + 1, known.length * 2)));
        }
        known[at] = crc;
        crcs = known;
        complete = number + 1;
    }

    @Override
    public String source() {
        return "control";
    }

    @Override
    public long completeChunks() {
        return complete;
    }

    @Override
    public int crc(long chunk) {
        return crcs[Math.toIntExact(chunk)];
    }

    /** True for chunks that the control replica read whole; it may have attached in the middle of one. */
    boolean knows(long chunk) {
        return firstChunk >= 0 && chunk >= firstChunk && chunk < complete;
    }

    @Override
    public Tail tail() {
        return new Tail(hasher.offset(), hasher.openCrc());
    }

    @Override
    public boolean intact() {
        return intact;
    }
}
