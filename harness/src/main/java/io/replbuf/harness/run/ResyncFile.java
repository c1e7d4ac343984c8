package io.replbuf.harness.run;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.CsvWriter;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.replica.ResyncRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Writes {@code resyncs.csv}, and counts. */
final class ResyncFile {
    private ResyncFile() {}

    /** All resyncs of a cell by time; those before {@code zeroNanos} have negative times. */
    static void write(Path file, List<ResyncRecord> ledger, long zeroNanos) throws IOException {
        try (CsvWriter csv = new CsvWriter(file, RunFiles.RESYNC_COLUMNS)) {
            for (ResyncRecord r :
                    ledger.stream()
                            .sorted(Comparator.comparingLong(ResyncRecord::nanos))
                            .toList()) {
                csv.write(
                        Math.floorDiv(r.nanos() - zeroNanos, 1_000_000L),
                        r.replica(),
                        word(r.kind()),
                        word(r.source()),
                        r.complete() ? r.cause() : r.cause() + "-broken-off",
                        r.requestedOffset(),
                        r.startOffset(),
                        millis(r.outageMillis()),
                        r.missingBytes(),
                        r.bytes(),
                        r.fileBytes(),
                        millis(r.durationMillis()),
                        millis(r.firstByteMillis()));
            }
        }
    }

    /** Those from {@code zeroNanos} on. */
    static CellResult.Resyncs count(List<ResyncRecord> ledger, long zeroNanos) {
        int full = 0;
        int memory = 0;
        int log = 0;
        for (ResyncRecord record : ledger) {
            if (record.nanos() >= zeroNanos) {
                switch (record.source()) {
                    case SNAPSHOT -> full++;
                    case MEMORY -> memory++;
                    case LOG -> log++;
                    default -> throw new IllegalStateException("source: " + record.source());
                }
            }
        }
        return new CellResult.Resyncs(full, memory, log);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String millis(double millis) {
        return millis < 0 ? "-1" : String.format(Locale.ROOT, "%.3f", millis);
    }
}
