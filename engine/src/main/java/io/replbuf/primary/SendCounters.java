package io.replbuf.primary;

import java.util.concurrent.atomic.AtomicLong;

/** What one loop has sent. Written by that loop alone; read by any thread. */
final class SendCounters {
    // Set, not incremented: one writer needs no locked instruction.
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong eagains = new AtomicLong();
    private final AtomicLong fileCalls = new AtomicLong();
    private final AtomicLong fileBytes = new AtomicLong();
    private final AtomicLong snapshotBytes = new AtomicLong();
    private final AtomicLong moves = new AtomicLong();
    private final AtomicLong copiedBytes = new AtomicLong();
    private final AtomicLong copiesInFlight = new AtomicLong();

    void sent(int taken, boolean socketFull) {
        add(calls, 1);
        add(bytes, taken);
        if (socketFull) {
            add(eagains, 1);
        }
    }

    void sentFile(long taken) {
        add(fileCalls, 1);
        add(fileBytes, taken);
    }

    void sentSnapshot(long taken) {
        add(snapshotBytes, taken);
    }

    /** A copy for a channel that takes no region was written, and counts until {@link #copyTaken}. */
    void copied(int bytes) {
        add(copiedBytes, bytes);
        add(copiesInFlight, bytes);
    }

    void copyTaken(int bytes) {
        add(copiesInFlight, -bytes);
    }

    /** A replica's channel arrived from another loop. */
    void moved() {
        add(moves, 1);
    }

    long calls() {
        return calls.getOpaque();
    }

    long bytes() {
        return bytes.getOpaque();
    }

    long eagains() {
        return eagains.getOpaque();
    }

    long fileCalls() {
        return fileCalls.getOpaque();
    }

    long fileBytes() {
        return fileBytes.getOpaque();
    }

    long snapshotBytes() {
        return snapshotBytes.getOpaque();
    }

    long copiedBytes() {
        return copiedBytes.getOpaque();
    }

    long copiesInFlight() {
        return copiesInFlight.getOpaque();
    }

    long moves() {
        return moves.getOpaque();
    }

    private static void add(AtomicLong counter, long delta) {
        counter.setOpaque(counter.getPlain() + delta);
    }
}
