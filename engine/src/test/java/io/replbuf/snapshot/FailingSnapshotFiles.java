package io.replbuf.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A disk that fails at its n-th call, or from there on until it is mended; what it does take is really written. */
public final class FailingSnapshotFiles implements SnapshotFiles {
    /** What the failing call does. */
    public enum Fault {
        FULL("No space left on device"),
        BROKEN("Input/output error"),
        /** A write takes half, and the next call finds the disk full; another call fails as of a full disk. */
        SHORT("No space left on device");

        public final String reason;

        Fault(String reason) {
            this.reason = reason;
        }
    }

    /** Which calls fail from the first on that does. */
    public enum Span {
        ONCE,
        /** All, but that files can be removed. */
        BUT_DELETE,
        FOR_GOOD
    }

    private final SnapshotFiles disk = SnapshotFiles.onDisk();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private Fault fault;
    private int failAt;
    private Span span = Span.ONCE;
    private boolean hit;

    /** Begins to count calls, of which the {@code number}-th fails. */
    public synchronized void failAt(int number, Fault what, Span ofFailure) {
        calls.clear();
        failAt = number;
        fault = what;
        span = ofFailure;
        hit = false;
    }

    /** Begins to count calls, all of which succeed. */
    public synchronized void mend() {
        failAt(0, fault, Span.ONCE);
    }

    /** The latest. */
    public synchronized Fault fault() {
        return fault;
    }

    /** The call that failed first; null if none has. */
    public synchronized String failed() {
        return hit ? calls.get(failAt - 1) : null;
    }

    /** The calls since the count began, by name. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public Output create(Path file) throws IOException {
        call("create");
        return new FailingOutput(disk.create(file));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        call("rename");
        disk.rename(from, to);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        call("forceFolder");
        disk.forceFolder(folder);
    }

    @Override
    public void delete(Path file) throws IOException {
        call("delete");
        disk.delete(file);
    }

    private void call(String name) throws IOException {
        if (fails(name)) {
            throw new IOException(fault.reason);
        }
    }

    private synchronized boolean fails(String name) {
        calls.add(name);
        int number = calls.size();
        boolean after = failAt > 0 && number > failAt && span != Span.ONCE;
        boolean fails =
                number == failAt || after && (span == Span.FOR_GOOD || !name.equals("delete"));
        hit |= fails;
        return fails;
    }

    private final class FailingOutput implements Output {
        private final Output file;

        FailingOutput(Output file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (!fails("write")) {
                return file.write(bytes);
            }
            if (fault != Fault.SHORT || calls.size() != failAt) {
                throw new IOException(fault.reason);
            }
            synchronized (FailingSnapshotFiles.this) {
                failAt++; // the disk is full by now
            }
            int limit = bytes.limit();
            bytes.limit(bytes.position() + Math.max(1, bytes.remaining() / 2));
            int written = file.write(bytes);
            bytes.limit(limit);
            return written;
        }

        @Override
        public void force() throws IOException {
            call("force");
            file.force();
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
            call("close");
        }
    }
}
