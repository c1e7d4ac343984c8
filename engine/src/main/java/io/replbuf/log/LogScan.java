package io.replbuf.log;

import io.replbuf.fault.FaultText;
import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks a folder over at start: which of the files that its manifest names make up one contiguous range, and where that ends.
 *
 * <p>Goes from the newest file back and stops at the first gap. Reads the manifest, every file's length, the last file's
 * commands, and what {@link SegmentCheck} reads where an index was stored; changes nothing. One thread.
 */
final class LogScan {
    private final Path folder;
    private final Manifest manifest;
    private final SegmentCheck check;
    private final List<Found> segments = new ArrayList<>();
    private final List<Path> unreachable = new ArrayList<>();
    private final List<Path> leftovers = new ArrayList<>();
    private final List<String> damages = new ArrayList<>();
    private StreamRange range;
    private Replid replid;
    private int db = -1;
    private long tornBytes;
    private String tornReason;
    private boolean malformed;
    private boolean endLost;
    private String loadProblem;

    /**
     * A segment within the range.
     *
     * @param history whether it is older than the base
     */
    record Found(LogPart part, long seq, boolean history) {}

    private LogScan(Path folder, Manifest manifest, StreamIndex index) {
        this.folder = folder;
        this.manifest = manifest;
        this.check = new SegmentCheck(index);
    }

    /**
     * @param index for what an earlier life stored in it
     * @return null if there is no log
     * @throws IOException if the folder holds something else, or a manifest that is not whole
     */
    static LogScan of(LogConfig config, StreamIndex index) throws IOException {
        Path file = ManifestStore.fileIn(config.folder(), config);
        if (!Files.exists(file)) {
            return null;
        }
        byte[] content = ManifestStore.read(file);
        Manifest manifest;
        try {
            manifest = ManifestParser.parse(content);
        } catch (ManifestException e) {
            throw new IOException(file + ": " + FaultText.reason(e), e);
        }
        SetAside.requireOurs(file, manifest.entries());
        if (!Manifest.isWhole(content)) {
            throw new IOException(
                    file
                            + " is cut off or was changed (expected: its last line, the checksum of the others; move the"
                            + " folder away to begin anew)");
        }
        LogScan scan = new LogScan(config.folder(), manifest, index);
        scan.look();
        scan.findLeftovers(config.fileName());
        return scan;
    }

    StreamRange range() {
        return range;
    }

    Replid replid() {
        return replid;
    }

    int db() {
        return db;
    }

    long tornBytes() {
        return tornBytes;
    }

    String tornReason() {
        return tornReason;
    }

    boolean malformed() {
        return malformed;
    }

    List<String> damages() {
        return damages;
    }

    String loadProblem() {
        return loadProblem;
    }

    /** In the order of the stream, without gaps. */
    List<Found> segments() {
        return segments;
    }

    /** Files that the manifest names and that nobody can read: behind a gap. */
    List<Path> unreachable() {
        return unreachable;
    }

    /**
     * Segments newer than any that the manifest names: made by a crashed server before the manifest knew them, or written
     * after a stop and never made loadable. Nothing says at which offset they begin.
     */
    List<Path> leftovers() {
        return leftovers;
    }

    ManifestEntry baseEntry() {
        return manifest.base();
    }

    LogPart base() {
        ManifestEntry entry = manifest.base();
        return entry == null
                ? null
                : new LogPart(
                        folder.resolve(entry.fileName()),
                        true,
                        0,
                        entry.nextOffset(),
                        entry.replid());
    }

    /** Greater than any that the manifest has. */
    long nextSeq() {
        long max = 0;
        for (ManifestEntry entry : manifest.segments()) {
            max = Math.max(max, entry.seq());
        }
        return max + 1;
    }

    private void findLeftovers(String fileName) throws IOException {
        long next = nextSeq();
        Pattern name = Pattern.compile(Pattern.quote(fileName) + "[.]([0-9]{1,18})[.]incr[.]aof");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Matcher matcher = name.matcher(file.getFileName().toString());
                if (matcher.matches() && Long.parseLong(matcher.group(1)) >= next) {
                    leftovers.add(file);
                }
            }
        }
    }

    private void look() throws IOException {
        List<ManifestEntry> entries = manifest.segments();
        int i = entries.size() - 1;
        while (i >= 0 && !last(entries.get(i))) {
            endLost = true;
            i--;
        }
        for (i--; i >= 0 && connects(entries.get(i)); i--) {
            add(entries.get(i), entries.get(i).nextOffset());
        }
        for (; i >= 0; i--) {
            unreachable.add(folder.resolve(entries.get(i).fileName()));
        }
        Collections.reverse(segments);
        conclude(entries);
    }

    /** Takes the entry as the last one if its file is there. */
    private boolean last(ManifestEntry entry) throws IOException {
        Path path = folder.resolve(entry.fileName());
        if (!Files.isRegularFile(path)) {
            damages.add(entry.fileName() + " is missing, and with it the log's end");
            return false;
        }
        try (FileChannel file = FileChannel.open(path)) {
            long size = file.size();
            boolean ended = entry.nextOffset() > 0;
            long bytes = ended ? entry.nextOffset() - entry.startOffset() : size;
            if (size < bytes) {
                damages.add(shorter(entry, size));
                endLost = true;
            }
            CommandScanner scanner = new CommandScanner(file, 0, Math.min(size, bytes), -1).scan();
            malformed = scanner.tail() == CommandScanner.Tail.MALFORMED;
            StreamIndex.Entry bad = check.firstBad(file, place(entry, path), Math.min(size, bytes));
            boolean changed =
                    bad != null && entry.startOffset() + scanner.boundary() > bad.offset();
            if (changed) {
                // These are whole commands, and yet not what was written: no crash does that.
                long good = bad.offset() - entry.startOffset();
                scanner = new CommandScanner(file, 0, good, -1).scan();
                malformed = true;
            }
            db = scanner.db();
            tornBytes = size - scanner.boundary();
            if (changed) {
                tornReason = changed(entry, bad);
            } else if (tornBytes > 0) {
                String what =
                        scanner.reason() == null
                                ? tornBytes + " bytes behind the end that the manifest names"
                                : scanner.reason();
                tornReason = entry.fileName() + ": " + what;
            }
            replid = entry.replid();
            add(entry, entry.startOffset() + scanner.boundary());
        }
        return true;
    }

    private boolean connects(ManifestEntry entry) throws IOException {
        Found next = segments.get(segments.size() - 1);
        Path path = folder.resolve(entry.fileName());
        if (entry.nextOffset() != next.part().startOffset()) {
            damages.add(
                    entry.fileName()
                            + " ends at offset "
                            + entry.nextOffset()
                            + " (expected: "
                            + next.part().startOffset()
                            + ", where "
                            + next.part().file().getFileName()
                            + " begins)");
            return false;
        }
        if (!Files.isRegularFile(path)) {
            damages.add(entry.fileName() + " is missing: the range begins behind it");
            return false;
        }
        long size = Files.size(path);
        if (size < entry.nextOffset() - entry.startOffset()) {
            damages.add(shorter(entry, size));
            return false;
        }
        try (FileChannel file = FileChannel.open(path)) {
            long bytes = entry.nextOffset() - entry.startOffset();
            StreamIndex.Entry bad = check.firstBad(file, place(entry, path), bytes);
            if (bad != null) {
                damages.add(changed(entry, bad) + ": the range begins behind it");
                return false;
            }
        }
        return true;
    }

    private void add(ManifestEntry entry, long nextOffset) {
        segments.add(
                new Found(
                        new LogPart(
                                folder.resolve(entry.fileName()),
                                false,
                                entry.startOffset(),
                                nextOffset,
                                entry.replid()),
                        entry.seq(),
                        entry.type() == ManifestEntry.Type.HISTORY));
    }

    private void conclude(List<ManifestEntry> entries) {
        if (segments.isEmpty()) {
            // Nothing is left but the knowledge where it was.
            ManifestEntry first = entries.isEmpty() ? manifest.base() : entries.get(0);
            long offset = entries.isEmpty() ? first.nextOffset() : first.startOffset();
            range = new StreamRange(offset, offset);
            replid = first.replid();
        } else {
            range =
                    new StreamRange(
                            segments.get(0).part().startOffset(),
                            segments.get(segments.size() - 1).part().nextOffset());
        }
        loadProblem = findLoadProblem(entries);
    }

    private String findLoadProblem(List<ManifestEntry> entries) {
        LogPart base = base();
        if (base == null) {
            return "the log has no base file";
        }
        if (!Files.isRegularFile(base.file())) {
            return "the base file " + base.file().getFileName() + " is missing";
        }
        if (endLost) {
            return damages.get(0);
        }
        for (ManifestEntry entry : entries) {
            if (entry.type() == ManifestEntry.Type.INCREMENT) {
                return sinceBase(base, entry);
            }
        }
        return "the log has no increment since its base";
    }

    private String sinceBase(LogPart base, ManifestEntry firstIncrement) {
        if (firstIncrement.startOffset() != base.nextOffset()) {
            return "the base stands at offset "
                    + base.nextOffset()
                    + " (expected: "
                    + firstIncrement.startOffset()
                    + ", where "
                    + firstIncrement.fileName()
                    + " begins)";
        }
        boolean reaches = range.startOffset() <= firstIncrement.startOffset();
        return reaches ? null : damages.get(damages.size() - 1);
    }

    private static StreamIndex.Place place(ManifestEntry entry, Path path) {
        return IndexFiles.place(path, entry.replid(), entry.startOffset());
    }

    private static String changed(ManifestEntry entry, StreamIndex.Entry bad) {
        return entry.fileName()
                + ": its bytes from offset "
                + bad.offset()
                + " to "
                + bad.nextOffset()
                + " are not those that were written (expected: crc32c "
                + Integer.toHexString(bad.crc32c())
                + ")";
    }

    private static String shorter(ManifestEntry entry, long size) {
        return entry.fileName()
                + ": "
                + size
                + " bytes (expected: "
                + (entry.nextOffset() - entry.startOffset())
                + ")";
    }
}
