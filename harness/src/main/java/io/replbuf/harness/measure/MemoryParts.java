package io.replbuf.harness.measure;

import java.util.List;

/**
 * The resident memory of an engine's process in named parts, in bytes; together they are RSS.
 *
 * @param idleJvm what the JVM itself occupied when the engine was ready and had done nothing: collector, symbols, stacks, libraries
 * @param heap the heap as far as it was ever touched
 * @param nonheap classes, compiled code
 * @param direct Netty's and other direct memory
 * @param extents mapped for stream and keyspace, the spare included
 * @param pieces chunks in use that the engine has from malloc
 * @param kept what malloc has back from the engine and the system has not: see {@link Remainder}
 * @param unexplained what no other part claims; negative where a part claims pages that are not resident yet
 */
record MemoryParts(
        long idleJvm,
        long heap,
        long nonheap,
        long direct,
        long extents,
        long pieces,
        long kept,
        long unexplained) {
    /** Their columns in {@code memory.csv}. */
    static final List<String> COLUMNS =
            List.of(
                    "part_idle_jvm",
                    "part_heap",
                    "part_nonheap",
                    "part_direct",
                    "part_extents",
                    "part_pieces",
                    "part_kept",
                    "part_unexplained");

    /** In the order of the columns. */
    void into(Object[] row, int at) {
        long[] parts = {idleJvm, heap, nonheap, direct, extents, pieces, kept, unexplained};
        for (int i = 0; i < parts.length; i++) {
            row[at + i] = parts[i];
        }
    }
}
