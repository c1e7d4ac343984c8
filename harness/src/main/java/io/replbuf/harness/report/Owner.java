package io.replbuf.harness.report;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Who holds the server's memory, in the order in which the charts stack it: what is always there at the bottom, what the
 * strategies differ in on top. Lightness falls from bottom to top, so that the copies are the darkest part in grey print too.
 *
 * <p>Where the harness recorded the parts of RSS, the bands add up to it. In older files the heap is what is in use; what the collector
 * has touched besides, and the JVM's own native memory, is the gap up to RSS.
 */
enum Owner {
    IDLE("idle JVM", 0xf4f6f8, "part_idle_jvm"),
    HEAP("heap, as far as touched", 0xe4e8ec, "part_heap"),
    CODE("classes, code, compiler", 0xd6dce2, "part_nonheap"),
    DIRECT("direct: Netty and others", 0xc8d0d8, "part_direct"),
    JVM("JVM: heap in use, classes, code", 0xeceff2, "heap_used", "nonheap_used"),
    SERVER("clients and sockets", 0xd3d9df, "netty_direct", "mem_clients"),
    RESERVE("extents, not in use", 0xb4bec8, "part_extents", "extents_mapped"),
    KEYSPACE("keyspace", 0x8f99a4, "mem_keyspace"),
    OVERHEAD(
            "buffer: metadata, slack, retired",
            0xfdd49e,
            "buf_metadata",
            "buf_slack",
            "buf_retired"),
    UNIQUE("buffer: stream, held once", 0xf1874b, "buf_unique"),
    DUPLICATED("buffer: further copies of it", 0x8c1d04, "buf_duplicated"),
    KEPT("freed, kept by malloc", 0xb79fd6, "part_kept"),
    UNEXPLAINED("unexplained", 0xd1242f, "part_unexplained");

    /** With these columns the bands add up to RSS. */
    private static final Set<Owner> PARTS = EnumSet.of(IDLE, HEAP, CODE, DIRECT, KEPT, UNEXPLAINED);

    /** What stands for the process where a cell has no such columns: an older run, or a real server. */
    private static final Set<Owner> WITHOUT_PARTS = EnumSet.of(JVM, SERVER);

    /** What lies in extents; the rest of them is reserve. */
    private static final String[] IN_EXTENTS = {
        "mem_keyspace",
        "mem_snapshot",
        "buf_unique",
        "buf_duplicated",
        "buf_metadata",
        "buf_slack",
        "buf_retired"
    };

    final String label;
    final Look look;
    private final String[] columns;

    Owner(String label, int rgb, String... columns) {
        this.label = label;
        this.look = Look.fill(rgb);
        this.columns = columns;
    }

    /** Bytes in each row of the cell's memory file. */
    double[] bytes(Cell cell) {
        double[] bytes = cell.memoryBytes(columns);
        if (this == SERVER) {
            // Netty's buffers hold what clients are charged with; a real server tells the latter
            // only.
            return cell.memoryBytes(
                    cell.memory.has("netty_direct") ? "netty_direct" : "mem_clients");
        }
        if (this == RESERVE) {
            double[] used = cell.memoryBytes(IN_EXTENTS);
            double[] held =
                    hasParts(cell)
                            ? cell.memoryBytes("part_extents", "part_pieces")
                            : cell.memoryBytes("extents_mapped");
            Arrays.setAll(held, row -> Math.max(0, held[row] - used[row]));
            return held;
        }
        if (this == UNEXPLAINED) {
            Arrays.setAll(bytes, row -> Math.max(0, bytes[row]));
        }
        return bytes;
    }

    /** Whether the cell's memory file names every part of RSS. */
    static boolean hasParts(Cell cell) {
        return cell.memory.has("part_idle_jvm");
    }

    /** Owners that a cell's memory file knows of: a real server tells less. */
    static List<Owner> in(Cell cell) {
        Set<Owner> others = hasParts(cell) ? WITHOUT_PARTS : PARTS;
        return Arrays.stream(values())
                .filter(owner -> !others.contains(owner))
                .filter(owner -> Arrays.stream(owner.columns).anyMatch(cell.memory::has))
                .toList();
    }
}
