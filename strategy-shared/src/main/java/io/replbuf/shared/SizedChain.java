package io.replbuf.shared;

import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Redis 7.0's blocks: as large as what is fed wants them, between 16 KiB and a sixteenth of the backlog, each with a header and the
 * rest of what the allocator gave.
 *
 * <p>As in {@link BlockChain}; readers look up the table and {@link PageRuns} on their own loops.
 *
 * <p>What is fed are the {@link Fragments} of a command, as in Redis, although the seam hands over whole commands or batches of them.
 * One departure: no block is larger than an extent.
 */
final class SizedChain extends BlockChain {
    /** Least that Redis asks the allocator for, without the header. */
    static final int BLOCK_BYTES_MIN = 16 << 10;

    /** sizeof(replBufBlock): it lies before the payload. */
    static final int HEADER_BYTES = 40;

    /** Every so many blocks one is indexed by its start offset. */
    static final int INDEX_BLOCKS = 64;

    private static final int EXTENT_PAYLOAD = Extent.BYTES - HEADER_BYTES;

    private final SizedTable sized;
    private final PageRuns runs;

    /** Blocks allocated for the feed under way; emptied by {@link #addBlock}. */
    private int[] plannedRuns = new int[8];

    private int[] plannedCapacities = new int[8];
    private final Fragments fragments = new Fragments();
    private int planned;
    private int taken;

    private long emptyStart;

    SizedChain(Extents extents, long startOffset) {
        this(extents, new SizedTable(), startOffset);
    }

    private SizedChain(Extents extents, SizedTable table, long startOffset) {
        super(table, startOffset);
        this.sized = table;
        this.runs = new PageRuns(extents);
        this.emptyStart = startOffset;
    }

    /**
     * What a block for {@code remaining} bytes can carry.
     *
     * <p>16384 bytes and the header make 16424, for which jemalloc has 20480: so the payload is 20440.
     */
    static int capacityFor(int remaining, long backlogBytes) {
        long limit = Math.max(backlogBytes / 16, BLOCK_BYTES_MIN);
        long wanted = Math.min(Math.max(remaining, BLOCK_BYTES_MIN), limit);
        return usable((int) Math.min(wanted, EXTENT_PAYLOAD) + HEADER_BYTES) - HEADER_BYTES;
    }

    /** jemalloc's class for a request above 16 KiB: four classes to each doubling, all of them whole pages. */
    private static int usable(int bytes) {
        int step = Integer.highestOneBit(bytes - 1) >> 2;
        return bytes + step - 1 & -step;
    }

    @Override
    boolean reserve(ByteBuffer bytes, int beyondTail, long backlogBytes) {
        fragments.begin(bytes);
        boolean reserved = reserve(bytes.limit() - beyondTail, bytes.limit(), backlogBytes);
        fragments.end();
        return reserved;
    }

    private boolean reserve(int from, int to, long backlogBytes) {
        planned = 0;
        taken = 0;
        int position = from;
        while (position < to) {
            int capacity = capacityFor(fragments.leftAt(position), backlogBytes);
            int run = runs.allocate(pages(capacity));
            if (run == PageRuns.NONE) {
                while (planned > 0) {
                    planned--;
                    free(plannedRuns[planned], plannedCapacities[planned]);
                }
                return false;
            }
            if (planned == plannedRuns.length) {
                plannedRuns = Arrays.copyOf(plannedRuns, planned * 2);
                plannedCapacities = Arrays.copyOf(plannedCapacities, planned * 2);
            }
            plannedRuns[planned] = run;
            plannedCapacities[planned] = capacity;
            planned++;
            position += Math.min(to - position, capacity);
        }
        return true;
    }

    @Override
    void addBlock() {
        int run = plannedRuns[taken];
        int capacity = plannedCapacities[taken];
        taken++;
        sized.append(run, nextOffset(), capacity);
        tail(runs.memory(run), runs.position(run) + HEADER_BYTES, capacity);
    }

    @Override
    void rebase(long offset) {
        emptyStart = offset;
    }

    @Override
    long start(long block) {
        if (block < sized.end()) {
            return sized.start(block);
        }
        return block == firstBlock()
                ? emptyStart
                : sized.start(block - 1) + sized.capacity(block - 1);
    }

    @Override
    int capacity(long block) {
        return sized.capacity(block);
    }

    /** Walks from the hint, from block to block. */
    @Override
    long blockOf(long offset, long hint) {
        long block = hint;
        long end = sized.end();
        while (block < end && offset >= start(block + 1)) {
            block++;
        }
        return block;
    }

    /** Redis ends above the configured size, never at it. */
    @Override
    boolean keeps(long rest, long keepBytes) {
        return rest > keepBytes;
    }

    /**
     * Redis' index knows every 64th block that was ever added. Since blocks are numbered, that needs no tree here: the greatest
     * such block at or before the offset is found by halving, and the rest is the walk that Redis takes, too.
     */
    @Override
    long find(long offset) {
        long head = firstHeld();
        long low = head / INDEX_BLOCKS;
        long high = sized.end() / INDEX_BLOCKS;
        while (low < high) {
            long middle = low + high + 1 >>> 1;
            if (indexed(middle) < sized.end() && sized.start(indexed(middle)) <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return blockUnder(offset, Math.max(head, indexed(low)));
    }

    private static long indexed(long entry) {
        return entry * INDEX_BLOCKS - 1;
    }

    @Override
    BlockReader reader(long offset, long block) {
        return new Reader(runs, sized, offset, block, start(block));
    }

    @Override
    void free(int slot, int capacity) {
        runs.free(slot, pages(capacity));
    }

    private static int pages(int capacity) {
        return (capacity + HEADER_BYTES) / PageRuns.PAGE_BYTES;
    }

    @Override
    void keepEmptyExtents(boolean keep) {
        runs.keepEmptyExtents(keep);
    }

    @Override
    long usedBytes() {
        return runs.usedBytes();
    }

    @Override
    long headerBytes() {
        return (long) (blocks() + retiredCount()) * HEADER_BYTES;
    }

    @Override
    long mappedBytes() {
        return runs.mappedBytes();
    }

    @Override
    long booksBytes() {
        return sized.bytes() + runs.metadataBytes();
    }

    @Override
    int overheadBytes() {
        return REDIS_BLOCK_OVERHEAD;
    }

    /** Of Redis' tree, as INFO says it; ours is the numbering of the blocks and takes nothing. */
    @Override
    long indexBytes() {
        // Of the first entry at or above the head; entry n is block 64 n - 1.
        long first = firstHeld() / INDEX_BLOCKS + 1;
        long end = sized.end() / INDEX_BLOCKS + 1;
        return RedisIndex.bytes(entry -> sized.start(indexed(entry)), first, end);
    }

    PageRuns runs() {
        return runs;
    }

    /** The way from block to block, a slice ending with its block. */
    private static final class Reader implements BlockReader {
        private final PageRuns runs;
        private final SizedTable table;
        private final MemoryView view = new MemoryView();

        private long block;
        private long start;
        private int capacity;
        private int run;
        private boolean left;

        /** Stands in {@code block}; if that is still to come, at the far edge of one before it. */
        Reader(PageRuns runs, SizedTable table, long offset, long block, long start) {
            this.runs = runs;
            this.table = table;
            if (block < table.end()) {
                this.block = block;
                this.start = start;
                this.capacity = table.capacity(block);
                this.run = table.slot(block);
            } else {
                this.block = block - 1;
                this.start = offset;
            }
        }

        @Override
        public ByteBuffer slice(long from, int bytes) {
            if (from == start + capacity) {
                enterNext(from);
            }
            int inBlock = (int) (from - start);
            return view.of(
                    runs.memory(run),
                    runs.position(run) + HEADER_BYTES + inBlock,
                    Math.max(0, Math.min(capacity - inBlock, bytes)));
        }

        private void enterNext(long from) {
            block++;
            int[] slots = table.slots();
            int[] capacities = table.capacities();
            run = slots[(int) block & slots.length - 1];
            capacity = capacities[(int) block & capacities.length - 1];
            start = from;
            left = true;
        }

        /** Reported with the first byte in a block, and when the block's end is reached. */
        @Override
        public boolean moved(long to) {
            boolean worth = left || to == start + capacity;
            left = false;
            return worth;
        }

        @Override
        public void letGo() {
            view.letGo();
        }
    }
}
