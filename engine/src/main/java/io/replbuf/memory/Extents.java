package io.replbuf.memory;

import io.replbuf.fault.FaultText;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out extents and takes them back; the process' one source of native memory for stream and keyspace.
 *
 * <p>Any thread. One extent is kept mapped and touched ahead by the helper (touching takes 12 ms, which the command loop
 * should not pay); a caller that comes before it is ready maps one itself rather than wait. A released extent becomes the
 * spare if there is none, else the helper gives its pages back to the operating system, so what is mapped is soon what is in use
 * plus one. It rests between two, since a core that does nothing but unmap is one that the loops share; one that still
 * waits for that is handed out again before any is mapped. Where a JVM can give nothing back (said once, with the first extent), released ones are kept and used again.
 */
public final class Extents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Extents.class);

    /** The helper unmaps a quarter of the time: 32 MiB take 5 ms, so that 2 GiB are back within 1.5 s. */
    private static final int REST_TO_WORK = 3;

    private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

    /** How the helper spends time. */
    interface Rests {
        Rests OF_THE_THREAD =
                new Rests() {
                    @Override
                    public long nanoTime() {
                        return System.nanoTime();
                    }

                    @Override
                    public void rest(long nanos) {
                        LockSupport.parkNanos(nanos);
                    }
                };

        long nanoTime();

        void rest(long nanos);
    }

    private final NativeMemory nativeMemory;
    private final long limitBytes;
    private final Executor helper;
    private final boolean keeping;
    private final Rests rests;
    private final Queue<Extent> spares = new ArrayDeque<>(2);
    private final Queue<Extent> leaving = new ArrayDeque<>();
    private final Pieces pieces;
    private long pieceBytes;
    private int live;

    /** Whether the helper is on it, or asked to be. */
    private boolean unmapping;

    private int inHand;
    private boolean preparing;
    private boolean closed;
    private long refusals;

    /**
     * @param limitBytes most bytes in use at a time, at least one extent
     * @param helper runs the mapping of the spare and the unmapping; with null there is no spare, and releasing unmaps
     */
    public Extents(long limitBytes, Executor helper) {
        this(limitBytes, helper, false, NativeMemory.ofThisJvm(), Rests.OF_THE_THREAD);
    }

    Extents(
            long limitBytes,
            Executor helper,
            boolean keeping,
            NativeMemory nativeMemory,
            Rests rests) {
        if (limitBytes < Extent.BYTES) {
            throw new IllegalArgumentException(
                    "limitBytes: " + limitBytes + " (expected: >= " + Extent.BYTES + ")");
        }
        this.limitBytes = limitBytes;
        this.helper = helper;
        this.nativeMemory = nativeMemory;
        this.rests = rests;
        this.keeping = keeping || !nativeMemory.unmaps();
        NativeMemory.Heap heap = nativeMemory.heap();
        this.pieces = heap == null ? null : new Pieces(this, heap);
    }

    /** Extents that stay mapped until the end, for who makes buffers one after the other: mapping one takes 12 ms. */
    public static Extents keeping(long limitBytes) {
        return new Extents(limitBytes, null, true, NativeMemory.ofThisJvm(), Rests.OF_THE_THREAD);
    }

    /**
     * Memory in allocations of their own, under the same limit.
     *
     * @return null where the JVM has none to give without a warning: since Java 22, without {@code --enable-native-access}
     */
    public Pieces pieces() {
        return pieces;
    }

    synchronized boolean takePiece(int bytes) {
        if (closed) {
            throw new IllegalStateException("extents are closed");
        }
        if ((long) live * Extent.BYTES + pieceBytes + bytes > limitBytes) {
            refusals++;
            return false;
        }
        pieceBytes += bytes;
        return true;
    }

    synchronized void givePiece(int bytes) {
        pieceBytes -= bytes;
    }

    /**
     * Takes an extent, with whatever content it has.
     *
     * @return null if the limit or the JVM refuses one: the caller has an outcome for that
     */
    public Extent acquire() {
        Extent extent;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("extents are closed");
            }
            if ((live + 1L) * Extent.BYTES + pieceBytes > limitBytes) {
                refusals++;
                return null;
            }
            live++;
            extent = spares.isEmpty() ? leaving.poll() : spares.poll();
        }
        if (extent == null) {
            extent = map();
            if (extent == null) {
                synchronized (this) {
                    live--;
                    refusals++;
                }
                return null;
            }
        }
        prepareSpare();
        return extent;
    }

    /**
     * Gives an extent back; the caller must not touch it, nor any slice of it, again. Its pages take milliseconds to give back, and
     * the releasing thread is often the command loop, so the helper does that.
     */
    public void release(Extent extent) {
        synchronized (this) {
            if (live == 0) {
                throw new IllegalStateException("extent released that was not acquired here");
            }
            live--;
            if (!closed && (keeping || helper != null && spares.isEmpty() && !preparing)) {
                spares.add(extent);
                return;
            }
            if (helper != null) {
                leaving.add(extent);
                if (unmapping) {
                    return;
                }
                unmapping = true;
            }
        }
        if (helper == null) {
            nativeMemory.unmap(extent.memory());
            return;
        }
        try {
            helper.execute(this::unmapLeaving);
        } catch (RejectedExecutionException e) {
            // The helper has ended before the last owner; then here.
            unmapLeaving();
        }
    }

    private void unmapLeaving() {
        for (Extent extent = takeLeaving(); extent != null; extent = takeLeaving()) {
            long start = rests.nanoTime();
            try {
                nativeMemory.unmap(extent.memory());
            } catch (RuntimeException e) {
                LOG.error(
                        "An extent of {} bytes cannot be given back and is lost", Extent.BYTES, e);
            }
            if (unmappedAndMoreToCome()) {
                long rest = REST_TO_WORK * (rests.nanoTime() - start);
                rests.rest(Math.min(rest, REST_NANOS_MAX));
            }
        }
    }

    private synchronized Extent takeLeaving() {
        Extent extent = leaving.poll();
        unmapping = extent != null;
        inHand = extent == null ? 0 : 1;
        return extent;
    }

    /** False, too, once closed: nobody is left who could be disturbed. */
    private synchronized boolean unmappedAndMoreToCome() {
        inHand = 0;
        return !closed && !leaving.isEmpty();
    }

    /** Bytes in use by owners, pieces included, without the spare. */
    public synchronized long liveBytes() {
        return (long) live * Extent.BYTES + pieceBytes;
    }

    /** Bytes mapped: the spare and what the helper has yet to unmap included. */
    public synchronized long mappedBytes() {
        return ((long) live + spares.size() + leaving.size() + inHand) * Extent.BYTES + pieceBytes;
    }

    /** Bytes in pieces, which {@link #liveBytes} and {@link #mappedBytes} hold too. */
    public synchronized long pieceBytes() {
        return pieceBytes;
    }

    /** How often an extent could not be had. */
    public synchronized long refusals() {
        return refusals;
    }

    /** Unmaps what is spare; extents still out are unmapped as they are released. */
    @Override
    public void close() {
        List<Extent> kept;
        synchronized (this) {
            closed = true;
            kept = List.copyOf(spares);
            spares.clear();
        }
        kept.forEach(spare -> nativeMemory.unmap(spare.memory()));
    }

    private void prepareSpare() {
        synchronized (this) {
            if (helper == null || preparing || closed || !spares.isEmpty()) {
                return;
            }
            if (!leaving.isEmpty()) {
                spares.add(leaving.remove());
                return;
            }
            preparing = true;
        }
        helper.execute(this::mapSpare);
    }

    private void mapSpare() {
        Extent extent;
        synchronized (this) {
            extent = leaving.poll();
        }
        if (extent == null) {
            extent = map();
        }
        boolean unwanted;
        synchronized (this) {
            preparing = false;
            unwanted = extent != null && (closed || !keeping && !spares.isEmpty());
            if (extent != null && !unwanted) {
                spares.add(extent);
            }
        }
        if (unwanted) {
            nativeMemory.unmap(extent.memory());
        }
    }

    private Extent map() {
        try {
            return new Extent(nativeMemory.map(Extent.BYTES));
        } catch (OutOfMemoryError e) {
            LOG.warn(
                    "No extent of {} bytes to be had: {} (see -XX:MaxDirectMemorySize)",
                    Extent.BYTES,
                    FaultText.of(e));
            return null;
        }
    }
}
