package io.replbuf.stream;

/**
 * Which requests a server's history can honour: its replid, and up to an offset the one before.
 *
 * @param replid the current history
 * @param replid2 the previous one, {@link Replid#NONE} without
 * @param secondReplOffset first offset that replid2 did not cover, -1 without: a request of replid2 is honoured up to it
 */
public record History(Replid replid, Replid replid2, long secondReplOffset) {
    public static History fresh() {
        return new History(Replid.random(), Replid.NONE, -1);
    }

    /**
     * A new replid, with the old one honoured for what it has produced.
     *
     * <p>After 50 bytes nextOffset is 51: a replica of the old history that has all 50 asks for 51 and must be accepted,
     * one that asks for 52 has bytes that we never saw.
     */
    public History shift(long nextOffset) {
        return new History(Replid.random(), replid, nextOffset);
    }

    /** Whether requests of a history before this one are honoured. */
    public boolean continuesAnother() {
        return !replid2.equals(Replid.NONE);
    }

    public boolean accepts(String requestedReplid, long offset) {
        return requestedReplid.equals(replid.hex())
                || (requestedReplid.equals(replid2.hex()) && offset <= secondReplOffset);
    }
}
