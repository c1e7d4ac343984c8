package io.replbuf.shared;

import java.util.function.LongUnaryOperator;

/** What Redis 7's index of blocks would take: a radix tree of big-endian start offsets, whose nodes it counts and does not weigh. */
final class RedisIndex {
    private static final int KEY_BYTES = 8;

    /** sizeof(raxNode) and sizeof(void *): what INFO adds per node and per key. */
    private static final int NODE_BYTES = 4;

    private static final int VALUE_BYTES = 8;

    private RedisIndex() {}

    /**
     * Bytes as INFO reports them.
     *
     * @param key the start offsets in ascending order, by number
     */
    static long bytes(LongUnaryOperator key, long from, long to) {
        if (from >= to) {
            // The root is always there.
            return NODE_BYTES;
        }
        return nodes(key, from, to, 0) * NODE_BYTES + (to - from) * VALUE_BYTES;
    }

    /*
     *   one key:    [the rest of it] -> leaf                 the first node only where bytes are left
     *   several:    [what they share] -> branch -> ...       the first node only where they share something
     */
    private static long nodes(LongUnaryOperator key, long from, long to, int depth) {
        long first = key.applyAsLong(from);
        if (to - from == 1) {
            return depth < KEY_BYTES ? 2 : 1;
        }
        int shared = Long.numberOfLeadingZeros(first ^ key.applyAsLong(to - 1)) / Byte.SIZE;
        long nodes = shared > depth ? 2 : 1;
        long group = from;
        while (group < to) {
            long end = group + 1;
            while (end < to
                    && at(key.applyAsLong(end), shared) == at(key.applyAsLong(group), shared)) {
                end++;
            }
            nodes += nodes(key, group, end, shared + 1);
            group = end;
        }
        return nodes;
    }

    private static int at(long key, int index) {
        return (int) (key >>> (KEY_BYTES - 1 - index) * Byte.SIZE) & 0xFF;
    }
}
