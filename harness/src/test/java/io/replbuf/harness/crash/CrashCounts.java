package io.replbuf.harness.crash;

import java.util.Locale;

/** What the kills under one policy came to. */
final class CrashCounts {
    static final String HEADER =
            "| appendfsync | kills | transactions acknowledged | of these lost | found beyond them | partial resyncs | full"
                    + " resyncs, replica ahead of the log | stream bytes compared from the log | rewrites |\n"
                    + "|-|-|-|-|-|-|-|-|-|\n";

    final String policy;
    int kills;
    long acknowledged;
    long acknowledgedLost;
    long foundBeyond;
    int partial;
    int fullAhead;
    long comparedBytes;
    long rewrites;

    CrashCounts(String policy) {
        this.policy = policy;
    }

    /** A line of the table. */
    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %,d | %,d | %,d | %d | %d | %,d | %d |%n",
                policy,
                kills,
                acknowledged,
                acknowledgedLost,
                foundBeyond,
                partial,
                fullAhead,
                comparedBytes,
                rewrites);
    }
}
