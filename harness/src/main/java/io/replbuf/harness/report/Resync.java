package io.replbuf.harness.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One resynchronisation as the replica saw it: a row of {@code resyncs.csv}.
 *
 * @param atMillis since the start of measuring
 * @param cause why the replica had to ask
 * @param complete false when the link broke before the replica was level again
 * @param outageMillis from the loss of the link to the request, -1 when there was no link to lose
 * @param startOffset of the first byte of the stream that it was sent
 * @param missingBytes of the stream that it lacked when it asked
 * @param bytes that it was sent to be level again, snapshot included
 * @param fileBytes of them read from the log
 */
record Resync(
        double atMillis,
        int replica,
        Kind kind,
        String cause,
        boolean complete,
        double outageMillis,
        double startOffset,
        double missingBytes,
        double bytes,
        double fileBytes,
        double durationMillis,
        double firstByteMillis) {

    private static final String BROKEN_OFF = "-broken-off";

    /** From dark to light in the charts: the dearer, the darker. */
    enum Kind {
        FULL("full"),
        PARTIAL_LOG("partial, from the log"),
        PARTIAL_MEMORY("partial, from memory");

        final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /**
     * Whether the replica's place in the stream meant nothing at a moment, in milliseconds since the start of measuring: it was
     * away, or was being sent a snapshot, before which its old place stands in the files.
     */
    boolean placelessAt(double millis) {
        double from = atMillis - Math.max(0, outageMillis);
        double to = kind == Kind.FULL ? atMillis + Math.max(0, durationMillis) : atMillis;
        return millis > from && millis < to;
    }

    /** Bytes by which a sample makes the replica lag too much that has its old place still, though a snapshot took it beyond. */
    double stale(double millis, double sentOffset) {
        boolean sent = kind == Kind.FULL && complete && millis >= atMillis + durationMillis;
        return sent && sentOffset > 0 ? Math.max(0, startOffset - sentOffset) : 0;
    }

    /** Whether its snapshot was being sent at a moment, in milliseconds since the start of measuring. */
    boolean isSentAt(double millis) {
        return kind == Kind.FULL && millis >= atMillis && millis < atMillis + durationMillis;
    }

    /** Whether it is one that a buffer could have made cheaper: a replica's first sync is always full. */
    boolean avoidable() {
        return !cause.startsWith("initial") && !cause.startsWith("join");
    }

    static List<Resync> of(Columns table) throws IOException {
        double[] at = table.numbers("t_ms");
        double[] replica = table.numbers("replica");
        double[] outage = table.numbers("outage_ms");
        double[] start = table.numbers("start_offset");
        double[] missing = table.numbers("missing_bytes");
        double[] bytes = table.numbers("bytes");
        double[] fileBytes = table.numbers("file_bytes");
        double[] duration = table.numbers("duration_ms");
        double[] firstByte = table.numbers("first_byte_ms");
        List<Resync> rows = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            Kind kind =
                    table.text(i, "kind").equals("full")
                            ? Kind.FULL
                            : table.text(i, "source").equals("log")
                                    ? Kind.PARTIAL_LOG
                                    : Kind.PARTIAL_MEMORY;
            String cause = table.text(i, "cause");
            rows.add(
                    new Resync(
                            at[i],
                            (int) replica[i],
                            kind,
                            cause.replace(BROKEN_OFF, ""),
                            !cause.endsWith(BROKEN_OFF),
                            outage[i],
                            start[i],
                            missing[i],
                            bytes[i],
                            fileBytes[i],
                            duration[i],
                            firstByte[i]));
        }
        return rows;
    }
}
