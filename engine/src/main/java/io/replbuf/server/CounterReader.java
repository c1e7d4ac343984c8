package io.replbuf.server;

import io.replbuf.primary.ReplicaSlot;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads what {@link CounterFile} publishes, in another process or thread. Any thread. */
public final class CounterReader {
    /** More would not be ours. */
    private static final int COUNT_MAX = 4096;

    private final MappedByteBuffer file;
    private final Map<String, Integer> positions = new LinkedHashMap<>();
    private final int slotsAt;
    private final int slots;

    private CounterReader(Path path, MappedByteBuffer file) throws IOException {
        this.file = file;
        long magic =
                file.capacity() < CounterLayout.HEADER_BYTES
                        ? 0
                        : (long) CounterLayout.LONGS.getAcquire(file, 0);
        if (magic != CounterLayout.MAGIC) {
            throw new IOException(path + ": no counter file (expected: magic RBCTRS01)");
        }
        int version = file.getInt(8);
        int count = file.getInt(12);
        slots = file.getInt(16);
        boolean sane = count > 0 && count <= COUNT_MAX && slots >= 0 && slots <= COUNT_MAX;
        if (version != CounterLayout.VERSION
                || !sane
                || file.capacity() < CounterLayout.fileBytes(count, slots)) {
            throw new IOException(
                    path
                            + ": version "
                            + version
                            + ", "
                            + count
                            + " counters, "
                            + slots
                            + " slots, "
                            + file.capacity()
                            + " bytes (expected: version "
                            + CounterLayout.VERSION
                            + " and a file that holds them)");
        }
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[CounterLayout.NAME_BYTES];
            file.get(CounterLayout.HEADER_BYTES + i * CounterLayout.NAME_BYTES, name);
            positions.put(
                    new String(name, StandardCharsets.US_ASCII).replace("\0", ""),
                    CounterLayout.countersAt(count) + i * CounterLayout.STRIDE);
        }
        slotsAt = CounterLayout.slotsAt(count);
    }

    /**
     * @throws IOException if it is no counter file of a version that we know
     */
    public static CounterReader open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new CounterReader(
                    path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    /** The names that the file has, in its order. */
    public Set<String> names() {
        return Set.copyOf(positions.keySet());
    }

    public long get(Counter counter) {
        return get(counter.text());
    }

    /** The number of that name, 0 if the file's engine does not publish it. */
    public long get(String name) {
        Integer position = positions.get(name);
        return position == null ? 0 : (long) CounterLayout.LONGS.getAcquire(file, position);
    }

    public int slots() {
        return slots;
    }

    /** A number of the replica in slot {@code i}; its listening port is 0 while the slot is free. */
    public long replica(int i, ReplicaSlot.Field field) {
        if (i < 0 || i >= slots) {
            throw new IllegalArgumentException(
                    "slot: " + i + " (expected: 0 to " + (slots - 1) + ")");
        }
        return (long)
                CounterLayout.LONGS.getAcquire(
                        file, slotsAt + i * CounterLayout.STRIDE + field.ordinal() * Long.BYTES);
    }

    /** The slot of the replica that listens on this port, -1 without. Slots are taken in order and never given back. */
    public int slotOf(int listeningPort) {
        for (int i = 0; i < slots; i++) {
            long port = replica(i, ReplicaSlot.Field.LISTENING_PORT);
            if (port == listeningPort) {
                return i;
            }
            if (port == 0) {
                return -1;
            }
        }
        return -1;
    }
}
