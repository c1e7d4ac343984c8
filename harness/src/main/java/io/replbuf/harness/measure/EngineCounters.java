package io.replbuf.harness.measure;

import io.replbuf.primary.ReplicaSlot;
import io.replbuf.server.Counter;
import io.replbuf.server.CounterReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The engine's own counters, mapped from the file that {@code repl-buffer-counters} names: read without the engine noticing.
 * Thread-safe.
 */
public final class EngineCounters implements ServerCounters {
    private static final Counter[] COUNTERS = Counter.values();
    private static final List<String> NAMES = Arrays.stream(COUNTERS).map(Counter::text).toList();

    private final CounterReader reader;

    /**
     * @throws IOException when the file cannot be read or is no counter file
     */
    public EngineCounters(Path path) throws IOException {
        reader = CounterReader.open(path);
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public void read(long[] into) {
        for (int i = 0; i < COUNTERS.length; i++) {
            into[i] = reader.get(COUNTERS[i]);
        }
    }

    @Override
    public long value(String name) {
        return reader.get(name);
    }

    @Override
    public Replica replica(int listeningPort) {
        int slot = reader.slotOf(listeningPort);
        if (slot < 0) {
            return null;
        }
        return new Replica(
                reader.replica(slot, ReplicaSlot.Field.CONNECTED) != 0,
                reader.replica(slot, ReplicaSlot.Field.SENT_OFFSET),
                reader.replica(slot, ReplicaSlot.Field.ACKED_OFFSET),
                reader.replica(slot, ReplicaSlot.Field.MEMORY_BYTES),
                reader.replica(slot, ReplicaSlot.Field.FILE_BYTES),
                reader.replica(slot, ReplicaSlot.Field.LIMIT_DISCONNECTIONS),
                reader.replica(slot, ReplicaSlot.Field.IN_LOG) != 0,
                reader.replica(slot, ReplicaSlot.Field.LOSS_MILLIS));
    }

    @Override
    public void close() {
        // The mapping goes with the collector; the file itself belongs to whoever made it.
    }
}
