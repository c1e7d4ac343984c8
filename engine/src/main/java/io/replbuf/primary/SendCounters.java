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

    private static void add(AtomicLong counter, long delta) {
        counter.setOpaque(counter.getPlain() + delta);
    }
}
