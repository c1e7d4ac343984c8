package io.replbuf.snapshot;

import io.replbuf.keyspace.Keyspace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** One load in progress; the keyspace's thread. */
final class RdbLoad implements RdbVisitor {
    /** Type, key and value with a byte of length each: what a key takes at least, the odd one aside. */
    private static final int RECORD_BYTES_MIN = 5;

    /** What a source of unknown length may size a table for: 200,000 keys; more come by growth. */
    private static final long UNSIZED_BYTES = 1_000_000;

    private final RdbReader reader;
    private final long totalBytes;
    private final Keyspace keyspace;
    private final LoadOptions options;
    private final LoadListener listener;
    private long keysLoaded;
    private long keysExpired;

    RdbLoad(
            ReadableByteChannel source,
            long totalBytes,
            Keyspace keyspace,
            LoadOptions options,
            LoadListener listener) {
        this.reader = new RdbReader(new CountingChannel(source), options.limits());
        this.totalBytes = totalBytes;
        this.keyspace = keyspace;
        this.options = options;
        this.listener = listener;
    }

    LoadResult run() throws IOException {
        RdbAux aux = reader.read(this);
        return new LoadResult(keysLoaded, keysExpired, reader.offset(), aux);
    }

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
        if (options.dropExpired() && expireAtMillis >= 0 && expireAtMillis < options.nowMillis()) {
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
        KeyDelay.pause(options.keyLoadDelayMicros(), () -> false);
    }

    /** Tells the listener of every so many bytes, also within a value of hundreds of megabytes. */
    private final class CountingChannel implements ReadableByteChannel {
        private final ReadableByteChannel source;
        private long bytes;
        private long told;

        CountingChannel(ReadableByteChannel source) {
            this.source = source;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            if (bytes - told >= options.progressBytes()) {
                told = bytes;
                listener.progress(bytes, totalBytes, keysLoaded);
            }
            int count = source.read(to);
            bytes += Math.max(count, 0);
            return count;
        }

        @Override
        public boolean isOpen() {
            return source.isOpen();
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
