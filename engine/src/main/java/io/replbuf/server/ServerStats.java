package io.replbuf.server;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Counters of INFO's stats and errorstats that no other room keeps. Command loop only. */
final class ServerStats {
    /** Redis keeps no more kinds of errors than this, so that a script cannot fill memory with them. */
    private static final int ERROR_KINDS_MAX = 128;

    long connections;
    long rejectedConnections;
    long commands;
    long inputBytes;
    long outputBytes;
    long reads;
    long writes;
    long errorReplies;
    long limitDisconnections;
    long longestTurnNanos;
    long usedPeakBytes;
    final Map<String, long[]> errors = new TreeMap<>();
    final Rate opsRate = new Rate();
    final Rate inputRate = new Rate();
    final Rate outputRate = new Rate();
    final Rate replicationRate = new Rate();

    void error(String text) {
        errorReplies++;
        int blank = text.indexOf(' ');
        String kind = blank < 0 ? text : text.substring(0, blank);
        if (errors.size() < ERROR_KINDS_MAX || errors.containsKey(kind)) {
            errors.computeIfAbsent(kind, absent -> new long[1])[0]++;
        }
    }

    /** CONFIG RESETSTAT. */
    void reset() {
        connections = 0;
        rejectedConnections = 0;
        commands = 0;
        inputBytes = 0;
        outputBytes = 0;
        reads = 0;
        writes = 0;
        errorReplies = 0;
        limitDisconnections = 0;
        longestTurnNanos = 0;
        errors.clear();
        opsRate.reset();
        inputRate.reset();
        outputRate.reset();
        replicationRate.reset();
    }

    /** Mean rate over the last 16 samples, taken every 100 ms, as Redis' instantaneous metrics. */
    static final class Rate {
        private static final int SAMPLES = 16;

        private final long[] perSecond = new long[SAMPLES];
        private int next;
        private long lastCount;
        private long lastNanos;

        void sample(long count, long nanos) {
            long elapsed = nanos - lastNanos;
            if (lastNanos != 0 && elapsed > 0) {
                perSecond[next] = Math.max(0, (long) ((count - lastCount) * 1e9 / elapsed));
                next = (next + 1) % SAMPLES;
            }
            lastCount = count;
            lastNanos = nanos;
        }

        long mean() {
            long sum = 0;
            for (long rate : perSecond) {
                sum += rate;
            }
            return sum / SAMPLES;
        }

        private void reset() {
            Arrays.fill(perSecond, 0);
            lastNanos = 0;
        }
    }
}
