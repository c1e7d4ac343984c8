package io.replbuf.aofpsync;

import io.replbuf.fault.FaultText;
import io.replbuf.log.StreamIndex;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An index that is looked up on the heap and stored in a mapped file beside each segment.
 *
 * <p>Threads as {@link StreamIndex} says; the mapped file is the log thread's alone. Where a file cannot be had (no space, no
 * mapping) the log goes on without, one line says so, and the next start completes the index from the segment.
 */
final class MappedIndex implements StreamIndex {
    private static final Logger LOG = LoggerFactory.getLogger(MappedIndex.class);

    private final StreamIndex heap = StreamIndex.inMemory();

    /** Of the segment begun last; null without. */
    private MappedIndexFile file;

    @Override
    public void begin(Place segment) {
        heap.begin(segment);
        closeFile();
        try {
            file = MappedIndexFile.create(segment);
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.warn("{} is not written: {}", segment.file(), FaultText.reason(e));
        }
    }

    @Override
    public void add(Entry entry) {
        heap.add(entry);
        if (file == null) {
            return;
        }
        try {
            file.add(entry);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} is written no further: {}", file.path(), FaultText.reason(e));
            closeFile();
        }
    }

    @Override
    public Entry floor(long offset) {
        return heap.floor(offset);
    }

    @Override
    public void dropBelow(long offset) {
        heap.dropBelow(offset);
    }

    @Override
    public long retainedBytes() {
        return heap.retainedBytes();
    }

    @Override
    public void close() {
        closeFile();
        heap.close();
    }

    @Override
    public boolean survives() {
        return true;
    }

    @Override
    public List<Entry> stored(Place segment) throws IOException {
        return IndexFormat.read(segment);
    }

    @Override
    public void store(Place segment, List<Entry> entries) throws IOException {
        try (MappedIndexFile whole = MappedIndexFile.create(segment)) {
            for (Entry entry : entries) {
                whole.add(entry);
            }
        } catch (RuntimeException | LinkageError e) {
            throw new IOException(segment.file() + " cannot be mapped: " + e, e);
        }
    }

    private void closeFile() {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
