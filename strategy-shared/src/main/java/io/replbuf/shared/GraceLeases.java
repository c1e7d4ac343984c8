package io.replbuf.shared;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Places in the chain that are kept for replicas which an output limit dropped, each with a pin and a deadline.
 *
 * <p>Command loop only. A lease ends by its deadline, when the stream has run too far ahead of it, when a replica comes back to it, and
 * when the bytes are wanted otherwise; whatever comes first.
 */
final class GraceLeases {
    /*
     *          from            at                                   nextOffset
     *   ...  [  |   margin      |   what the replica was not sent     ]
     *           ^ pinned        ^ its cursor when it was dropped
     *
     * A replica that returns asks for less than `at`: what the dead socket had taken is lost with it, and it resumes at a whole
     * command. A lease has no name, since the seam knows no replicas: whoever asks for an offset in [from, at] takes it. If that is
     * another one, the bytes are pinned by it from then on, and nothing is lost but the time to catch up.
     */
    record Lease(long from, long at, long block, long deadlineNanos) {}

    private final BlockChain chain;
    private final SharedConfig.Grace grace;
    private final LongSupplier nanoClock;
    private final List<Lease> leases = new ArrayList<>();
    private long resumed;

    GraceLeases(BlockChain chain, SharedConfig.Grace grace, LongSupplier nanoClock) {
        this.chain = chain;
        this.grace = grace;
        this.nanoClock = nanoClock;
    }

    boolean isOn() {
        return grace.nanos() > 0;
    }

    boolean isEmpty() {
        return leases.isEmpty();
    }

    int size() {
        return leases.size();
    }

    long resumed() {
        return resumed;
    }

    /** How much is kept behind a replica that is connected. */
    long marginBytes() {
        return grace.marginBytes();
    }

    /**
     * Keeps the place of a cursor that is being dropped, if leases are on and it is not too far behind.
     *
     * @param at the furthest that the replica may be when it asks again
     * @param block pinned by the cursor
     */
    void keep(long at, long block) {
        long from = chain.start(block);
        if (!isOn() || chain.nextOffset() - from > grace.bytes()) {
            return;
        }
        chain.pin(block);
        leases.add(new Lease(from, at, block, nanoClock.getAsLong() + grace.nanos()));
    }

    /**
     * Ends the lease that a cursor which was opened at {@code offset}, and has pinned its place, comes back to.
     *
     * @return the lease, null if there is none
     */
    Lease resume(long offset) {
        for (int i = 0; i < leases.size(); i++) {
            Lease lease = leases.get(i);
            if (offset >= lease.from && offset <= lease.at) {
                end(i);
                resumed++;
                return lease;
            }
        }
        return null;
    }

    /** Whether a replica that came back still has time to catch up. */
    boolean lasts(long deadlineNanos, long offset) {
        return nanoClock.getAsLong() - deadlineNanos < 0
                && chain.nextOffset() - offset <= grace.bytes();
    }

    /** Ends what is over; a few comparisons per lease. */
    void expire() {
        if (leases.isEmpty()) {
            return;
        }
        for (int i = leases.size() - 1; i >= 0; i--) {
            if (!lasts(leases.get(i).deadlineNanos, leases.get(i).from)) {
                end(i);
            }
        }
    }

    /** Ends all: the bytes are wanted otherwise, or belong to a history that is over. */
    void endAll() {
        while (!leases.isEmpty()) {
            end(leases.size() - 1);
        }
    }

    /** Where the oldest one's block begins; {@link Long#MAX_VALUE} without. */
    long oldestStart() {
        long oldest = Long.MAX_VALUE;
        for (int i = 0; i < leases.size(); i++) {
            oldest = Math.min(oldest, chain.start(leases.get(i).block));
        }
        return oldest;
    }

    private void end(int index) {
        Lease last = leases.remove(leases.size() - 1);
        Lease ended = last;
        if (index < leases.size()) {
            ended = leases.set(index, last);
        }
        chain.unpin(ended.block);
    }
}
