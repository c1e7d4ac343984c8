package io.replbuf.snapshot;

import io.replbuf.keyspace.Keyspace;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A load of an RDB that goes on slice by slice, so that the thread that owns the keyspace can do other work in between.
 *
 * <p>A slice ends behind a key, once {@code loading-process-events-interval-bytes} were read or a hundredth of a second has
 * passed, so only a single long value makes a slice longer. The keyspace's thread only. What {@link RdbLoader} says of the
 * keyspace and of failures holds here, too.
 */
public final class RdbLoad implements Closeable {
    /** Type, key and value with a byte of length each: what a key takes at least, the odd one aside. */
    private static final int RECORD_BYTES_MIN = 5;

    /** What a source of unknown length may size a table for: 200,000 keys; more come by growth. */
    private static final long UNSIZED_BYTES = 1_000_000;

    /** At 150 MB/s, a usual speed of loading, the interval's 2 MiB take a little more. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final RdbReader reader;
    private final ReadableByteChannel source;
    private final long totalBytes;
    private final Keyspace keyspace;
    private final LoadOptions options;
    private final LoadListener listener;
    private final Visitor visitor = new Visitor();
    private long keysLoaded;
    private long keysExpired;
    private long sliceEndOffset;
    private long sliceStartNanos;
    private boolean sliceOver;

    /**
     * @param source blocks; closed with the load
     * @param totalBytes what the source will give, -1 if not known
     */
    RdbLoad(
            ReadableByteChannel source,
            long totalBytes,
            Keyspace keyspace,
            LoadOptions options,
            LoadListener listener) {
        this.source = source;
        this.reader = new RdbReader(new CountingChannel(source), options.limits());
        this.totalBytes = totalBytes;
        this.keyspace = keyspace;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Opens a file; nothing of it is loaded yet.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    public static RdbLoad of(
            Path file, Keyspace keyspace, LoadOptions options, LoadListener listener)
            throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new RdbLoad(channel, channel.size(), keyspace, options, listener);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Loads a slice.
     *
     * @return whether it was the last one
     * @throws IOException as {@link RdbLoader#load} does; the load is over then
     */
    public boolean step() throws IOException {
        sliceStartNanos = System.nanoTime();
        sliceEndOffset = reader.offset() + options.progressBytes();
        sliceOver = false;
        return reader.readSome(visitor, () -> sliceOver || reader.offset() >= sliceEndOffset);
    }

    /** Bytes loaded so far. */
    public long loadedBytes() {
        return reader.offset();
    }

    /** The file's length, -1 if not known. */
    public long totalBytes() {
        return totalBytes;
    }

    /** What has been loaded so far, and what the RDB has said of itself; after the last slice, all of it. */
    public LoadResult result() {
        return new LoadResult(keysLoaded, keysExpired, reader.offset(), reader.aux());
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    private void lookAtClock() {
        sliceOver |= System.nanoTime() - sliceStartNanos >= SLICE_NANOS;
    }

    /** Takes what the file says into the keyspace. */
    private final class Visitor implements RdbVisitor {
        /** The file's hint is believed as far as its own length can bear it out. */
        @Override
        public void sizes(int db, long keys, long expires) {
            long bytesLeft = totalBytes < 0 ? UNSIZED_BYTES : totalBytes - reader.offset();
            if (keyspace.size(db) == 0) {
                keyspace.expand(db, Math.min(keys, Math.max(0, bytesLeft) / RECORD_BYTES_MIN));
            }
        }

        @Override
        public void string(int db, byte[] key, ByteBuffer value, long expireAtMillis)
                throws IOException {
            if (options.dropExpired()
                    && expireAtMillis >= 0
                    && expireAtMillis < options.nowMillis()) {
                keysExpired++;
                listener.expired(db, key);
                return;
            }
            long size = keyspace.size(db);
            keyspace.put(db, key, value, expireAtMillis);
            if (keyspace.size(db) == size) {
                throw new RdbFormatException(
                        reader.offset(),
                        "key in database " + db,
                        Printable.of(key) + " for the second time",
                        "once");
            }
            keysLoaded++;
            if (KeyDelay.pause(options.keyLoadDelayMicros(), () -> false)) {
                lookAtClock();
            }
        }
    }

    /** Tells the listener of every so many bytes, also within a value of hundreds of megabytes. */
    private final class CountingChannel implements ReadableByteChannel {
        private final ReadableByteChannel from;
        private long bytes;
        private long told;

        CountingChannel(ReadableByteChannel from) {
            this.from = from;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            if (bytes - told >= options.progressBytes()) {
                told = bytes;
                listener.progress(bytes, totalBytes, keysLoaded);
            }
            lookAtClock();
            int count = from.read(to);
            bytes += Math.max(count, 0);
            return count;
        }

        @Override
        public boolean isOpen() {
            return from.isOpen();
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }
}
