package io.replbuf.legacy;

import io.replbuf.memory.Extent;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** Adds up what a buffer holds by walking every queue and looking at every piece, not by the ledger's formulas. */
final class LiveObjects {
    private final LegacyBuffer buffer;
    private final Map<ByteBuffer, Set<Integer>> seen = new IdentityHashMap<>();
    private long bytes;

    private LiveObjects(LegacyBuffer buffer) {
        this.buffer = buffer;
    }

    static long bytes(LegacyBuffer buffer) {
        return new LiveObjects(buffer).count();
    }

    private long count() {
        for (int i = 0; i < buffer.cursors().open(); i++) {
            LegacyCursor cursor = buffer.cursors().open(i);
            bytes += LegacyCursor.BYTES;
            see(cursor.queue().array());
            for (Chunk chunk = cursor.queue().head(); chunk != null; chunk = chunk.next()) {
                see(chunk);
            }
        }
        for (int i = 0; i < buffer.cursors().closing(); i++) {
            LegacyCursor cursor = buffer.cursors().closing(i);
            bytes += LegacyCursor.BYTES;
            if (cursor.retired() != null) {
                see(cursor.retired());
            }
        }
        if (buffer.ring() != null) {
            bytes += 16 + 4L * buffer.ring().pieces().length;
            for (Piece piece : buffer.ring().pieces()) {
                see(piece);
            }
        }
        if (buffer.memory() instanceof ExtentMemory pooled) {
            long extents = pooled.mappedBytes() / Extent.BYTES;
            int slotBytes = pooled.mostBytes();
            bytes += extents * ((Extent.BYTES / slotBytes + 63) / 64 * Long.BYTES);
        } else {
            bytes += seen.values().stream().mapToLong(Set::size).sum() * overhead();
        }
        return bytes;
    }

    /** A piece of its own has a buffer of its own. */
    private static int overhead() {
        return Runtime.version().feature() >= 22 ? 128 : 160;
    }

    private void see(Chunk chunk) {
        bytes += Chunk.BYTES;
        see(chunk.piece);
    }

    private void see(Piece piece) {
        bytes += piece.capacity() + Piece.BYTES;
        boolean free =
                buffer.memory() instanceof ExtentMemory pooled
                        && pooled.slots().isFree(piece.slot());
        if (free
                || !seen.computeIfAbsent(piece.memory(), memory -> new HashSet<>())
                        .add(piece.position())) {
            throw new AssertionError(piece + ": free, or held twice");
        }
    }

    /** Marks every stream offset that some chunk or the ring holds, and counts the marks. */
    static long distinctOffsets(LegacyBuffer buffer) {
        long next = buffer.nextOffset();
        BitSet marks = new BitSet();
        for (int i = 0; i < buffer.cursors().open(); i++) {
            LegacyCursor cursor = buffer.cursors().open(i);
            if (cursor.offset() < cursor.queue().array().endOffset()) {
                mark(cursor.queue().array(), next, marks);
            }
            for (Chunk chunk = cursor.queue().head(); chunk != null; chunk = chunk.next()) {
                mark(chunk, next, marks);
            }
        }
        if (buffer.ring() != null) {
            marks.set(0, (int) buffer.ring().filled());
        }
        return marks.cardinality();
    }

    private static void mark(Chunk chunk, long next, BitSet marks) {
        int from = (int) (next - chunk.endOffset());
        marks.set(from, from + chunk.filled());
    }
}
