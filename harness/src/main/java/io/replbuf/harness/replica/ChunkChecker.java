package io.replbuf.harness.replica;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares one replica's chunks with the truth, at once or, where the truth is not known yet, later.
 *
 * <p>A replica may be ahead of a control replica, or of the tap's last publication; such chunks wait in a ring of 12 bytes each. Event
 * loop only, but for the counts, which are published.
 */
final class ChunkChecker implements ChunkHasher.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkChecker.class);

    private final StreamTruth truth;
    private final int replica;
    private long[] numbers = new long[64];
    private int[] crcs = new int[64];
    private int head;
    private int size;
    private volatile long checked;
    private volatile long mismatches;
    private volatile long tails;

    ChunkChecker(StreamTruth truth, int replica) {
        this.truth = truth;
        this.replica = replica;
    }

    @Override
    public void chunk(long number, int crc) {
        if (size == numbers.length) {
            grow();
        }
        int at = (head + size) & (numbers.length - 1);
        numbers[at] = number;
        crcs[at] = crc;
        size++;
        settle();
    }

    /** Compares all waiting chunks that are known by now. */
    void settle() {
        if (size == 0 || !truth.intact()) {
            return;
        }
        long known = truth.completeChunks();
        int mask = numbers.length - 1;
        while (size > 0 && numbers[head] < known) {
            compare(numbers[head], crcs[head]);
            head = (head + 1) & mask;
            size--;
        }
    }

    /** Compares the open chunk with the truth's, if both stand at the same offset. */
    boolean settleTail(ChunkHasher hasher) {
        StreamTruth.Tail tail = truth.tail();
        if (tail.offset() != hasher.offset()) {
            return false;
        }
        if (hasher.openIsWhole() && tail.offset() % StreamTruth.CHUNK_BYTES != 0) {
            tails++;
            if (tail.crc() != hasher.openCrc()) {
                mismatch("tail at offset " + tail.offset(), hasher.openCrc(), tail.crc());
            }
        }
        return true;
    }

    private void compare(long number, int crc) {
        if (truth instanceof ControlTruth control && !control.knows(number)) {
            return;
        }
        checked++;
        int expected = truth.crc(number);
        if (crc != expected) {
            mismatch("chunk " + number, crc, expected);
        }
    }

    private void mismatch(String where, int crc, int expected) {
        // One line a replica: after the first wrong byte every chunk of a shifted stream differs.
        if (mismatches++ == 0) {
            LOG.error(
                    "replica {} {} crc32c: {} (expected: {})",
                    replica,
                    where,
                    Integer.toHexString(crc),
                    Integer.toHexString(expected));
        }
    }

    private void grow() {
        long[] longer = new long[numbers.length * 2];
        int[] longerCrcs = new int[numbers.length * 2];
        for (int i = 0; i < size; i++) {
            longer[i] = numbers[(head + i) & (numbers.length - 1)];
            longerCrcs[i] = crcs[(head + i) & (numbers.length - 1)];
        }
        numbers = longer;
        crcs = longerCrcs;
        head = 0;
    }

    /** Chunks that the truth has not reached yet. */
    int waiting() {
        return size;
    }

    long checked() {
        return checked;
    }

    long mismatches() {
        return mismatches;
    }

    long tails() {
        return tails;
    }
}
