package io.replbuf.harness.simulation;

/** What happened in a run, counted. */
final class Counts {
    long fedBytes;
    long firstResyncs;
    long notKeptResyncs;
    long foreignResyncs;
    long joinedSnapshots;
    long heldSnapshots;
    long memoryResyncs;
    long logResyncs;
    long limitKills;
    long brokenPlaces;
    long memoryWants;
    long demotions;
    long handOffs;
    long cuts;
    long crashes;
    long restarts;
    long logStops;
    long aheadRefusals;
    long backlogsGivenUp;
    long probes;
    long peakRetainedBytes;
    long peakBoundBytes;
}
