package io.replbuf.snapshot;

/** Told once how a snapshot ended, on the command loop, after its cut is closed: the next may begin at once. */
@FunctionalInterface
public interface SnapshotListener {
    void finished(SnapshotResult result);
}
