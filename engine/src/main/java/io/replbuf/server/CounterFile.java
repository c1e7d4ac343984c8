package io.replbuf.server;

import io.replbuf.primary.ReplicaSlot;
import io.replbuf.primary.ReplicaSlots;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Publishes the engine's numbers in a mapped file ({@code repl-buffer-counters}), best on tmpfs, for an observer that must not
 * disturb what it observes: a publication is a store, and no request has to be served.
 *
 * <p>{@link #set} belongs to the command loop; a replica's slot to whoever the primary lets write each field. Layout: {@link
 * CounterLayout}.
 */
public final class CounterFile implements ReplicaSlots {
    /** Replicas whose state can be followed; those beyond are counted in the sums only. */
    public static final int REPLICA_SLOTS = 1024;

    private final MappedByteBuffer file;
    private final Map<Integer, Slot> slots = new HashMap<>();

    private CounterFile(MappedByteBuffer file) {
        this.file = file;
    }

    /**
     * Makes the file anew.
     *
     * @throws IOException if it cannot be written
     */
    public static CounterFile create(Path path) throws IOException {
        Counter[] counters = Counter.values();
        int bytes = CounterLayout.fileBytes(counters.length, REPLICA_SLOTS);
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            MappedByteBuffer file = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
            file.putInt(8, CounterLayout.VERSION);
            file.putInt(12, counters.length);
            file.putInt(16, REPLICA_SLOTS);
            for (Counter counter : counters) {
                byte[] name = counter.text().getBytes(StandardCharsets.US_ASCII);
                file.put(
                        CounterLayout.HEADER_BYTES + counter.ordinal() * CounterLayout.NAME_BYTES,
                        name);
            }
            // Last: who sees the magic sees the rest.
            CounterLayout.LONGS.setRelease(file, 0, CounterLayout.MAGIC);
            return new CounterFile(file);
        }
    }

    public void set(Counter counter, long value) {
        CounterLayout.LONGS.setRelease(
                file,
                CounterLayout.countersAt(Counter.values().length)
                        + counter.ordinal() * CounterLayout.STRIDE,
                value);
    }

    /** The slot of a replica that listens on this port, for the engine's life; null for port 0 or when all are taken. */
    @Override
    public synchronized ReplicaSlot of(int listeningPort) {
        if (listeningPort == 0) {
            return null;
        }
        Slot slot = slots.get(listeningPort);
        if (slot == null && slots.size() < REPLICA_SLOTS) {
            slot =
                    new Slot(
                            file,
                            CounterLayout.slotsAt(Counter.values().length)
                                    + slots.size() * CounterLayout.STRIDE);
            slots.put(listeningPort, slot);
            slot.set(ReplicaSlot.Field.LISTENING_PORT, listeningPort);
        }
        return slot;
    }

    /** One replica's numbers at their place in the file. */
    private record Slot(MappedByteBuffer file, int at) implements ReplicaSlot {
        @Override
        public void set(Field field, long value) {
            CounterLayout.LONGS.setRelease(file, at + field.ordinal() * Long.BYTES, value);
        }

        @Override
        public void add(Field field, long delta) {
            int position = at + field.ordinal() * Long.BYTES;
            // One writer per field: no locked instruction is needed.
            CounterLayout.LONGS.setRelease(
                    file, position, (long) CounterLayout.LONGS.get(file, position) + delta);
        }
    }
}
