package io.replbuf.harness.measure;

import java.util.List;
import java.util.Map;

/** Counters that say what a test wants. */
record FixedCounters(Map<String, Long> values) implements ServerCounters {
    @Override
    public List<String> names() {
        return List.of("extents_mapped", "pieces_live");
    }

    @Override
    public void read(long[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = value(names().get(i));
        }
    }

    @Override
    public long value(String name) {
        return values.getOrDefault(name, 0L);
    }

    @Override
    public Replica replica(int listeningPort) {
        return null;
    }

    @Override
    public void close() {
        values.clear();
    }
}
