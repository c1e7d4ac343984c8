package io.replbuf.harness.measure;

/**
 * The part of a JVM engine's resident memory that no counter explains.
 *
 * <p>Explained are: extents as mapped; Netty's and other direct memory; metaspace and code as used; the heap as far as it has been
 * touched, which is the most that was ever used, since a collector gives pages back only by uncommitting them; and the idle JVM's own
 * native memory (collector, symbols, stacks, libraries), which is what was left unexplained when the engine was ready and had done
 * nothing. A positive remainder is memory that nobody answers for. It moves by some megabytes with the compiler's arenas and with what
 * the heap used between two samples. For one thread.
 */
final class Remainder {
    /** Compiler arenas, malloc's own, stacks of threads that start later. */
    private static final long BOUND_FIXED_BYTES = 64L << 20;

    private final ServerCounters counters;
    private long idleNativeBytes;
    private long heapTouchedBytes;

    Remainder(ServerCounters counters) {
        this.counters = counters;
    }

    /** The engine is ready and idle; {@code rssBytes} is its resident memory now. */
    void calibrate(long rssBytes) {
        idleNativeBytes = Math.max(0, rssBytes - explained());
    }

    /** Unexplained bytes now. */
    long bytes(long rssBytes) {
        return rssBytes - idleNativeBytes - explained();
    }

    /** What a cell may leave unexplained: a fixed allowance and a twentieth of its memory. */
    static long boundBytes(long rssPeakBytes) {
        return BOUND_FIXED_BYTES + rssPeakBytes / 20;
    }

    private long explained() {
        long extents = counters.value("extents_mapped");
        long direct = counters.value("direct_used");
        // On JDK 17 extents are direct buffers and counted among them; from 22 on they are not. The
        // same goes for Netty's memory,
        // depending on how it may allocate; the larger of the two figures has both.
        long otherDirect = direct >= extents ? direct - extents : direct;
        heapTouchedBytes =
                Math.min(
                        counters.value("heap_committed"),
                        Math.max(heapTouchedBytes, counters.value("heap_used")));
        return extents
                + Math.max(otherDirect, counters.value("netty_direct"))
                + counters.value("nonheap_used")
                + heapTouchedBytes;
    }
}
