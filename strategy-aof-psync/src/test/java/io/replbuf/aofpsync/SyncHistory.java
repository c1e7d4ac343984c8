package io.replbuf.aofpsync;

import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.StreamHistory;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A history in one file that is never behind: the test's command loop writes it with each feed, so that the contract's steps
 * have one outcome. The real log is tested elsewhere.
 */
final class SyncHistory implements StreamHistory {
    private final FileChannel channel;
    private volatile StreamRange range;
    private volatile boolean writing = true;
    private volatile long fileStart;
    volatile long syncedOffset = Long.MAX_VALUE;
    final AtomicInteger leases = new AtomicInteger();
    final AtomicInteger holds = new AtomicInteger();

    SyncHistory(Path file, long startOffset) throws IOException {
        channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        begin(startOffset);
    }

    void append(ByteBuffer bytes) {
        StreamRange seen = range;
        int count = bytes.remaining();
        try {
            long position = seen.nextOffset() - fileStart;
            while (bytes.hasRemaining()) {
                position += channel.write(bytes, position);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        range = new StreamRange(seen.startOffset(), seen.nextOffset() + count);
    }

    /** The bytes between are nowhere; what the file holds stays for those who lease it. */
    void begin(long startOffset) throws IOException {
        fileStart = startOffset - channel.size();
        range = new StreamRange(startOffset, startOffset);
    }

    /** As retention does. */
    void dropBelow(long offset) {
        range = new StreamRange(offset, range.nextOffset());
    }

    void stop() {
        writing = false;
    }

    void close() throws IOException {
        channel.close();
    }

    @Override
    public StreamRange range() {
        return range;
    }

    @Override
    public boolean writing() {
        return writing;
    }

    @Override
    public long syncedOffset() {
        return Math.min(range.nextOffset(), syncedOffset);
    }

    @Override
    public FileSlice lease(long offset, int maxBytes) {
        StreamRange seen = range;
        if (offset < seen.startOffset() || offset >= seen.nextOffset()) {
            return null;
        }
        leases.incrementAndGet();
        int count = (int) Math.min(maxBytes, seen.nextOffset() - offset);
        long position = offset - fileStart;
        return new FileSlice() {
            private boolean closed;

            @Override
            public FileChannel channel() {
                return channel;
            }

            @Override
            public long position() {
                return position;
            }

            @Override
            public int count() {
                return count;
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    leases.decrementAndGet();
                }
            }
        };
    }

    @Override
    public Hold hold(long offset) {
        if (offset < range.startOffset()) {
            return null;
        }
        holds.incrementAndGet();
        return new Hold() {
            private boolean closed;

            @Override
            public void moveTo(long next) {
                // Nothing is dropped here but by the test.
            }

            @Override
            public synchronized void close() {
                if (!closed) {
                    closed = true;
                    holds.decrementAndGet();
                }
            }
        };
    }

    @Override
    public long fileBytes() {
        return range.bytes();
    }
}
