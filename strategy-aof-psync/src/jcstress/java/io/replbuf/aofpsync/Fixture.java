package io.replbuf.aofpsync;

import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.buffer.OutputLimit;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.StreamHistory;
import io.replbuf.stream.StreamRange;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;

/** What surrounds a {@link WindowedCursor} under stress: one byte of stream, in memory and in the log, and loops that run nothing. */
final class Fixture {
    static final long OFFSET = 1;

    private static final AofPsyncBuffer BUFFER =
            new AofPsyncBuffer(
                    new Window(), new History(), null, new AofPsyncConfig(1, false, true, false));

    private Fixture() {}

    static WindowedCursor inMemory(Memory memory) {
        return new WindowedCursor(
                BUFFER, new History(), () -> OFFSET + 1, task -> {}, OFFSET, memory, null);
    }

    static WindowedCursor inLog(Hold hold) {
        return new WindowedCursor(
                BUFFER, new History(), () -> OFFSET + 1, task -> {}, OFFSET, null, hold);
    }

    /** A cursor of memory that gives its byte until it is closed. */
    static final class Memory implements ReplicaCursor {
        private static final ByteBuffer BYTE = ByteBuffer.allocate(1);

        volatile boolean closed;

        @Override
        public long offset() {
            return OFFSET;
        }

        @Override
        public long pendingBytes() {
            return 1;
        }

        @Override
        public ByteBuffer next(int maxBytes) {
            return closed ? null : BYTE;
        }

        @Override
        public FileSlice nextFile(int maxBytes) {
            return null;
        }

        @Override
        public void advance(long bytes) {}

        @Override
        public boolean inLog() {
            return false;
        }

        @Override
        public long outputBytes() {
            return 1;
        }

        @Override
        public int outputBlocks() {
            return 1;
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public boolean released() {
            return closed;
        }
    }

    static final class Hold implements StreamHistory.Hold {
        volatile boolean closed;

        @Override
        public void moveTo(long offset) {}

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final class Slice implements FileSlice {
        @Override
        public FileChannel channel() {
            return null;
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public void close() {}
    }

    private static final class History implements StreamHistory {
        @Override
        public StreamRange range() {
            return new StreamRange(OFFSET, OFFSET + 1);
        }

        @Override
        public boolean writing() {
            return true;
        }

        @Override
        public FileSlice lease(long offset, int maxBytes) {
            return new Slice();
        }

        @Override
        public StreamHistory.Hold hold(long offset) {
            return new Fixture.Hold();
        }

        @Override
        public long fileBytes() {
            return 1;
        }
    }

    private static final class Window implements ReplicationBuffer {
        @Override
        public long feed(ByteBuffer bytes) {
            return OFFSET + 1;
        }

        @Override
        public long skip(long bytes) {
            return OFFSET + 1;
        }

        @Override
        public StreamRange coverage() {
            return new StreamRange(OFFSET, OFFSET + 1);
        }

        @Override
        public long nextOffset() {
            return OFFSET + 1;
        }

        @Override
        public ReplicaCursor open(long offset, CursorRole role, Executor loop) {
            return null;
        }

        @Override
        public boolean turn(int maxBlocks) {
            return false;
        }

        @Override
        public void resizeBacklog(long backlogBytes) {}

        @Override
        public void dropBacklog() {}

        @Override
        public OutputLimit limit(LimitConfig config) {
            return (bytes, millis) -> OutputLimit.Verdict.KEEP;
        }

        @Override
        public BufferStats stats() {
            return null;
        }

        @Override
        public void close() {}
    }
}
