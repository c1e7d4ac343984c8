package io.replbuf.harness.report;

import java.util.Arrays;
import java.util.List;

/**
 * Who holds the server's memory, in the order in which the charts stack it: what is always there at the bottom, what the
 * strategies differ in on top. Lightness falls from bottom to top, so that the copies are the darkest part in grey print too.
 *
 * <p>The heap is what is in use, since most of what is committed has never been touched; what the collector has touched besides,
 * and the JVM's own native memory, is the gap up to RSS, which the harness judges by its own bound.
 */
enum Owner {
    JVM("JVM: heap in use, classes, code", 0xeceff2, "heap_used", "nonheap_used"),
    SERVER("clients and sockets", 0xd3d9df, "netty_direct", "mem_clients"),
    RESERVE("extents mapped, not in use", 0xbcc4cc, "extents_mapped"),
    KEYSPACE("keyspace", 0x9aa3ad, "mem_keyspace"),
    OVERHEAD(
            "buffer: metadata, slack, retired",
            0xfdd49e,
            "buf_metadata",
            "buf_slack",
            "buf_retired"),
    UNIQUE("buffer: stream, held once", 0xf1874b, "buf_unique"),
    DUPLICATED("buffer: further copies of it", 0x8c1d04, "buf_duplicated");

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
            Arrays.setAll(bytes, row -> Math.max(0, bytes[row] - used[row]));
        }
        return bytes;
    }

    /** Owners that a cell's memory file knows of: a real server tells less. */
    static List<Owner> in(Cell cell) {
        return Arrays.stream(values())
                .filter(owner -> Arrays.stream(owner.columns).anyMatch(cell.memory::has))
                .toList();
    }
}
