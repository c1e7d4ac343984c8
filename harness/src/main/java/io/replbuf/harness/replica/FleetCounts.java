package io.replbuf.harness.replica;

/**
 * Sums over a fleet at one time.
 *
 * @param streaming replicas whose link is up
 * @param checkedChunks chunks compared
 * @param checkedTails open ends compared
 * @param waitingChunks chunks that the truth has not reached
 * @param mismatches chunks and ends that differed
 * @param gaps streams that did not begin with a command
 * @param resyncs records, also those that the ledger was too full for
 * @param refusals PSYNCs answered with an error
 * @param protocolErrors connections given up for what the primary said
 * @param firstProtocolError the first of these, or null
 */
public record FleetCounts(
        int streaming,
        long checkedChunks,
        long checkedTails,
        long waitingChunks,
        long mismatches,
        long gaps,
        long resyncs,
        long refusals,
        long protocolErrors,
        String firstProtocolError) {}
