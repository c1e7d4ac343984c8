package io.replbuf.harness.soak;

/** Redis' rules of PSYNC, from what can be seen outside: whether a replica that got a full resync was owed a partial one. */
final class ResyncModel {
    /** Why a full resync was right, or that it was not. */
    enum Verdict {
        /** It asked for one: it had nothing to continue from. */
        ASKED,
        /** What it has is of no history of this primary. */
        FOREIGN,
        /** It has bytes that this primary has never had. */
        AHEAD,
        /** It lacks bytes that need not be kept. */
        NOT_HELD,
        /** The primary had to have all that it lacks. */
        OWED
    }

    /**
     * A primary from its start to its end.
     *
     * @param replid its history
     * @param replid2 the history before, which it continues
     * @param secondOffset up to where it does
     * @param heldFrom offset of the first byte that it was able to send when it started
     * @param backlogBytes what it keeps at least from then on; {@link Long#MAX_VALUE} for all
     */
    record Life(
            String replid, String replid2, long secondOffset, long heldFrom, long backlogBytes) {}

    private ResyncModel() {}

    /**
     * Judges a full resync.
     *
     * @param cut offset of its snapshot: where the primary was when it refused, or a little later
     */
    static Verdict judge(Life life, SyncLog.Request request, long cut) {
        if (request.replid() == null) {
            return Verdict.ASKED;
        }
        boolean present = request.replid().equals(life.replid());
        boolean former = request.replid().equals(life.replid2());
        if (!present && !former) {
            return Verdict.FOREIGN;
        }
        long nextOffset = cut + 1;
        if (request.offset() > (former ? life.secondOffset() : nextOffset)) {
            return Verdict.AHEAD;
        }
        boolean held =
                request.offset() >= life.heldFrom()
                        && nextOffset - request.offset() <= life.backlogBytes();
        return held ? Verdict.OWED : Verdict.NOT_HELD;
    }
}
