package io.replbuf.aofpsync;

import io.replbuf.log.StreamIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.MappedBytes;

/**
 * The index file of one segment while it is written, by one thread at a time: an entry is a copy of 32 bytes into the mapping,
 * no call of the system, and outlives a killed process.
 *
 * <p>The file is filled with zeros before it is mapped. So a full disk is an exception here, and not a SIGBUS when the mapping
 * is written to. It is never forced: what a power loss takes from it is completed at the next start.
 */
final class MappedIndexFile implements AutoCloseable {
    /** One page; enough for the entries of 8 MB of stream. */
    private static final int BYTES_AT_FIRST = 4096;

    private final StreamIndex.Place segment;
    private final IndexFormat format;
    private MappedBytes mapped;
    private int capacity;
    private int position;

    private MappedIndexFile(StreamIndex.Place segment) {
        this.segment = segment;
        this.format = new IndexFormat(segment);
    }

    /** What was there under the name is gone. */
    static MappedIndexFile create(StreamIndex.Place segment) throws IOException {
        MappedIndexFile file = new MappedIndexFile(segment);
        file.enlarge(BYTES_AT_FIRST);
        file.write(file.format.header());
        return file;
    }

    Path path() {
        return segment.file();
    }

    void add(StreamIndex.Entry entry) throws IOException {
        if (capacity - position < IndexFormat.ENTRY_BYTES) {
            enlarge(capacity * 2);
        }
        write(format.entry(entry));
    }

    @Override
    public void close() {
        if (mapped != null) {
            mapped.releaseLast();
            mapped = null;
        }
    }

    private void write(byte[] record) {
        mapped.write(position, record, 0, record.length);
        position += record.length;
    }

    private void enlarge(int bytes) throws IOException {
        close();
        StandardOpenOption found =
                capacity == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.WRITE;
        try (FileChannel file =
                FileChannel.open(
                        path(), StandardOpenOption.CREATE, StandardOpenOption.WRITE, found)) {
            ByteBuffer zeros = ByteBuffer.allocate(bytes - capacity);
            while (zeros.hasRemaining()) {
                file.write(zeros, capacity + zeros.position());
            }
        }
        mapped = MappedBytes.singleMappedBytes(path().toFile(), bytes);
        // Begun on the thread that opens the log, then the log thread's.
        mapped.singleThreadedCheckDisabled(true);
        capacity = bytes;
    }
}
