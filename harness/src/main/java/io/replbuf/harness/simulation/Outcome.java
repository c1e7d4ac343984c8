package io.replbuf.harness.simulation;

import java.time.Duration;

/**
 * What a run that found nothing wrong was made of.
 *
 * @param virtualTime that passed in it
 * @param steps taken by actors and timers
 * @param fedBytes of the stream
 * @param verifiedBytes compared with what the stream must be, over all replicas and probes
 * @param firstResyncs full resyncs of replicas that had nothing
 * @param notKeptResyncs full resyncs since the bytes asked for were kept no more
 * @param foreignResyncs full resyncs since the history was another one; of them {@code aheadRefusals} of replicas that had bytes
 *     which the primary lost in a crash
 * @param aheadRefusals see above
 * @param heldSnapshots for full resyncs, that waited for the log to sync their offset
 * @param memoryResyncs partial resyncs from memory
 * @param logResyncs partial resyncs from the log
 * @param cuts of connections, for any reason
 * @param limitKills by output limits
 * @param memoryWants replicas dropped for want of memory
 * @param brokenPlaces replicas whose place in the log was lost to retention or with a stopped log
 * @param demotions from memory to the log
 * @param handOffs from the log to memory
 * @param crashes of the primary
 * @param restarts of the primary, without a crash
 * @param logStops for any reason
 * @param peakRetainedBytes most bytes that the buffer held
 * @param peakBoundBytes what the model allowed then
 * @param digest equal for equal runs
 */
public record Outcome(
        Duration virtualTime,
        long steps,
        long fedBytes,
        long verifiedBytes,
        long firstResyncs,
        long notKeptResyncs,
        long foreignResyncs,
        long aheadRefusals,
        long heldSnapshots,
        long memoryResyncs,
        long logResyncs,
        long cuts,
        long limitKills,
        long memoryWants,
        long brokenPlaces,
        long demotions,
        long handOffs,
        long crashes,
        long restarts,
        long logStops,
        long peakRetainedBytes,
        long peakBoundBytes,
        long digest) {
    static Outcome of(Scheduler scheduler, ModelStream model, Counts counts) {
        return new Outcome(
                Duration.ofNanos(scheduler.nanoTime()),
                scheduler.steps(),
                counts.fedBytes,
                model.verifiedBytes(),
                counts.firstResyncs,
                counts.notKeptResyncs,
                counts.foreignResyncs,
                counts.aheadRefusals,
                counts.heldSnapshots,
                counts.memoryResyncs,
                counts.logResyncs,
                counts.cuts,
                counts.limitKills,
                counts.memoryWants,
                counts.brokenPlaces,
                counts.demotions,
                counts.handOffs,
                counts.crashes,
                counts.restarts,
                counts.logStops,
                counts.peakRetainedBytes,
                counts.peakBoundBytes,
                scheduler.digest());
    }

    /** Both runs together; peaks are the larger ones. */
    public Outcome plus(Outcome other) {
        return new Outcome(
                virtualTime.plus(other.virtualTime),
                steps + other.steps,
                fedBytes + other.fedBytes,
                verifiedBytes + other.verifiedBytes,
                firstResyncs + other.firstResyncs,
                notKeptResyncs + other.notKeptResyncs,
                foreignResyncs + other.foreignResyncs,
                aheadRefusals + other.aheadRefusals,
                heldSnapshots + other.heldSnapshots,
                memoryResyncs + other.memoryResyncs,
                logResyncs + other.logResyncs,
                cuts + other.cuts,
                limitKills + other.limitKills,
                memoryWants + other.memoryWants,
                brokenPlaces + other.brokenPlaces,
                demotions + other.demotions,
                handOffs + other.handOffs,
                crashes + other.crashes,
                restarts + other.restarts,
                logStops + other.logStops,
                Math.max(peakRetainedBytes, other.peakRetainedBytes),
                Math.max(peakBoundBytes, other.peakBoundBytes),
                digest * 31 + other.digest);
    }
}
