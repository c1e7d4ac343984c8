package io.replbuf.harness.measure;

/**
 * Explains a JVM engine's resident memory, and says what no counter explains.
 *
 * <p>Explained are: extents as mapped and pieces as allocated; Netty's and other direct memory; metaspace and code as used; the heap as
 * far as it has been touched, which is the most that was ever used, since a collector gives pages back only by uncommitting them; and the
 * idle JVM's own native memory (collector, symbols, stacks, libraries), which is what was left unexplained when the engine was ready and
 * had done nothing. A positive remainder is memory that no part answers for. It moves by some megabytes with the compiler's arenas and
 * with what the heap used between two samples. For one thread.
 *
 * <p><b>Freed, kept by malloc.</b> An engine that takes its chunks from malloc gives them back to malloc, and glibc gives an arena's
 * pages back to the system from its top only: what was freed below a chunk in use stays resident. So as much of the remainder as was
 * freed since most pieces were in use, {@code clamp(rss - explained, 0, most pieces - pieces)}, is called kept. That is an upper bound,
 * not a proof: any other memory fits there, too. {@link KeptMemory} holds it against what the system got back.
 */
final class Remainder {
    /** Compiler arenas, malloc's own, stacks of threads that start later. */
    private static final long BOUND_FIXED_BYTES = 64L << 20;

    private final ServerCounters counters;
    private long idleNativeBytes;
    private long heapTouchedBytes;
    private long mostPieceBytes;

    Remainder(ServerCounters counters) {
        this.counters = counters;
    }

    /** The engine is ready and idle; {@code rssBytes} is its resident memory now. */
    void calibrate(long rssBytes) {
        idleNativeBytes = 0;
        idleNativeBytes = Math.max(0, rssBytes - claimed(parts(rssBytes)));
    }

    /** Where {@code rssBytes} of resident memory are now. */
    MemoryParts parts(long rssBytes) {
        long mapped = counters.value("extents_mapped");
        long pieces = counters.value("pieces_live");
        long direct = counters.value("direct_used");
        // On JDK 17 extents and pieces are direct buffers and counted among them; from 22 on they
        // are
        // not. The same goes for Netty's memory, depending on how it may allocate; the larger of
        // the
        // two figures has both.
        long otherDirect = direct >= mapped ? direct - mapped : direct;
        heapTouchedBytes =
                Math.min(
                        counters.value("heap_committed"),
                        Math.max(heapTouchedBytes, counters.value("heap_used")));
        mostPieceBytes = Math.max(mostPieceBytes, pieces);
        MemoryParts claims =
                new MemoryParts(
                        idleNativeBytes,
                        heapTouchedBytes,
                        counters.value("nonheap_used"),
                        Math.max(otherDirect, counters.value("netty_direct")),
                        mapped - pieces,
                        pieces,
                        0,
                        0);
        long rest = rssBytes - claimed(claims);
        long kept = Math.max(0, Math.min(rest, mostPieceBytes - pieces));
        return new MemoryParts(
                claims.idleJvm(),
                claims.heap(),
                claims.nonheap(),
                claims.direct(),
                claims.extents(),
                pieces,
                kept,
                rest - kept);
    }

    /** What a cell may leave unexplained: a fixed allowance and a twentieth of its memory. */
    static long boundBytes(long rssPeakBytes) {
        return BOUND_FIXED_BYTES + rssPeakBytes / 20;
    }

    private static long claimed(MemoryParts parts) {
        return parts.idleJvm()
                + parts.heap()
                + parts.nonheap()
                + parts.direct()
                + parts.extents()
                + parts.pieces();
    }
}
