package io.replbuf.shared;

import io.replbuf.memory.Extents;
import io.replbuf.memory.Slots;
import java.nio.ByteBuffer;

/**
 * Blocks of one capacity: a division finds an offset's block, and neighbours in memory are read as one stretch.
 *
 * <p>As in {@link BlockChain}; readers look up the table and {@link Slots} on their own loops.
 */
final class FixedChain extends BlockChain {
    /*
     *   block of an offset = (offset - base) / capacity,  start(n) = base + n * capacity
     *
     * A chain that begins anew chooses `base` so that nextOffset is the start of the block to come. Since that happens without
     * pins only, a cursor's base is final.
     */
    private final Slots slots;
    private final boolean neighbours;
    private final int shift;
    private long base;

    /**
     * @param neighbours whether a block is put behind the one before where that is free, and a slice spans such blocks
     */
    FixedChain(Extents extents, int blockBytes, boolean neighbours, long startOffset) {
        super(new BlockTable(), startOffset);
        this.slots = new Slots(extents, blockBytes);
        this.neighbours = neighbours;
        this.shift = Integer.numberOfTrailingZeros(blockBytes);
        this.base = startOffset;
    }

    @Override
    boolean reserve(ByteBuffer bytes, int beyondTail, long backlogBytes) {
        return slots.reserve((int) (beyondTail + (1L << shift) - 1 >>> shift));
    }

    @Override
    void addBlock() {
        boolean alone = !neighbours || table.count() == 0;
        int slot = slots.allocate(alone ? Slots.NONE : table.slot(table.end() - 1));
        table.append(slot);
        tail(slots.memory(slot), slots.position(slot), 1 << shift);
    }

    @Override
    void rebase(long offset) {
        base = offset - (table.end() << shift);
    }

    @Override
    long start(long block) {
        return base + (block << shift);
    }

    @Override
    int capacity(long block) {
        return 1 << shift;
    }

    @Override
    long blockOf(long offset, long hint) {
        return offset - base >> shift;
    }

    @Override
    boolean keeps(long rest, long keepBytes) {
        return rest >= keepBytes;
    }

    @Override
    BlockReader reader(long offset, long block) {
        return new Reader(slots, table, base, shift, neighbours);
    }

    @Override
    void free(int slot, int capacity) {
        slots.free(slot);
    }

    @Override
    void keepEmptyExtents(boolean keep) {
        slots.keepEmptyExtents(keep);
    }

    @Override
    long usedBytes() {
        return (long) slots.used() << shift;
    }

    @Override
    long headerBytes() {
        return 0;
    }

    @Override
    long mappedBytes() {
        return slots.mappedBytes();
    }

    @Override
    long booksBytes() {
        return table.bytes() + slots.metadataBytes();
    }

    /** Its slot and its count of pins in the table. */
    @Override
    int overheadBytes() {
        return 2 * Integer.BYTES;
    }

    @Override
    long indexBytes() {
        return 0;
    }

    Slots slots() {
        return slots;
    }

    /** The way by division. */
    private static final class Reader implements BlockReader {
        private static final long AT_EDGE = -1;

        private final Slots slots;
        private final BlockTable table;
        private final long base;
        private final int shift;
        private final boolean neighbours;
        private final MemoryView view = new MemoryView();
        private long reportedBlock = AT_EDGE;

        Reader(Slots slots, BlockTable table, long base, int shift, boolean neighbours) {
            this.slots = slots;
            this.table = table;
            this.base = base;
            this.shift = shift;
            this.neighbours = neighbours;
        }

        @Override
        public ByteBuffer slice(long from, int bytes) {
            int[] ring = table.slots();
            long block = from - base >> shift;
            int inBlock = (int) (from - base) & (1 << shift) - 1;
            int firstSlot = ring[(int) block & ring.length - 1];
            int slot = firstSlot;
            int run = (1 << shift) - inBlock;
            while (run < bytes && neighbours) {
                int next = ring[(int) ++block & ring.length - 1];
                if (!slots.adjacent(slot, next)) {
                    break;
                }
                slot = next;
                run += 1 << shift;
            }
            return view.of(
                    slots.memory(firstSlot),
                    slots.position(firstSlot) + inBlock,
                    Math.min(run, bytes));
        }

        /** Only a move to another block moves a pin; one that ends on an edge is reported again with the next byte. */
        @Override
        public boolean moved(long to) {
            long block = to - base >> shift;
            if (block == reportedBlock) {
                return false;
            }
            reportedBlock = block << shift == to - base ? AT_EDGE : block;
            return true;
        }

        @Override
        public void letGo() {
            view.letGo();
        }
    }
}
