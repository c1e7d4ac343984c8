package io.replbuf.memory;

import io.replbuf.fault.FaultText;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Native memory in pieces of any size, each an allocation of its own, as a C program has it from malloc.
 *
 * <p>For whoever wants to pay what malloc, free and fresh pages cost; all else had better take {@link Extents}, whose limit
 * pieces count against. Any thread, but a piece has one owner, who frees it once and does not touch it, nor any view of it,
 * again.
 */
public final class Pieces {
    private static final Logger LOG = LoggerFactory.getLogger(Pieces.class);

    private final Extents extents;
    private final NativeMemory.Heap heap;

    Pieces(Extents extents, NativeMemory.Heap heap) {
        this.extents = extents;
        this.heap = heap;
    }

    /**
     * Allocates a piece, with whatever content it has.
     *
     * @param bytes at least 1
     * @return null if the limit or the JVM refuses it: the caller has an outcome for that
     */
    public ByteBuffer allocate(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 1)");
        }
        if (!extents.takePiece(bytes)) {
            return null;
        }
        try {
            return heap.allocate(bytes);
        } catch (OutOfMemoryError e) {
            LOG.warn("No piece of {} bytes to be had: {}", bytes, FaultText.of(e));
            extents.givePiece(bytes);
            return null;
        }
    }

    /** Frees a piece that {@link #allocate} gave. */
    public void free(ByteBuffer piece) {
        int bytes = piece.capacity();
        Poison.fill(piece, 0, bytes);
        heap.free(piece);
        extents.givePiece(bytes);
    }

    /** What the JVM and the allocator keep for each piece beside its bytes, in bytes. */
    public int overheadBytes() {
        return heap.overheadBytes();
    }
}
