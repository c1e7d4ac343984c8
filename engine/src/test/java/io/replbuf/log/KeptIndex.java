package io.replbuf.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An index that survives as long as the test does, by the name of its file. */
final class KeptIndex implements StreamIndex {
    private final Map<Path, List<Entry>> kept;
    private final StreamIndex heap = StreamIndex.inMemory();
    private List<Entry> current;

    KeptIndex(Map<Path, List<Entry>> kept) {
        this.kept = kept;
    }

    static Map<Path, List<Entry>> none() {
        return new ConcurrentHashMap<>();
    }

    @Override
    public void begin(Place segment) {
        heap.begin(segment);
        current = new ArrayList<>();
        kept.put(segment.file().getFileName(), current);
    }

    @Override
    public void add(Entry entry) {
        heap.add(entry);
        current.add(entry);
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
        heap.close();
    }

    @Override
    public boolean survives() {
        return true;
    }

    @Override
    public List<Entry> stored(Place segment) {
        return List.copyOf(kept.getOrDefault(segment.file().getFileName(), List.of()));
    }

    @Override
    public void store(Place segment, List<Entry> entries) {
        kept.put(segment.file().getFileName(), new ArrayList<>(entries));
    }
}
