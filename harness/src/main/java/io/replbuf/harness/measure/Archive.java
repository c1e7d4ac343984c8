package io.replbuf.harness.measure;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.HdrHistogram.Histogram;

/**
 * Makes a finished run small enough to be kept: engine logs go, raw files are compressed, and of the repetitions beyond the first
 * the series are replaced by what the report makes of them.
 *
 * <p>Per cell, with what stays:
 *
 * <pre>
 *                          first repetition    others
 * cell.json, scenario.json as it is            as it is
 * resyncs.csv, events.csv  .gz                 .gz
 * any other .csv, .hlog    .gz                 summary.json: figures, histograms, SHA-256
 * engine.log               -                   -
 * </pre>
 *
 * <p>The first repetition is the first that did not fail, since charts over time are drawn from it. A cell with damaged files keeps
 * them all, compressed. Nothing is deleted before what replaces it is on the disk, so a run whose archiving was cut off is archived
 * by the next call; of a run that is archived nothing changes. For one thread, on a folder that no other process writes to.
 */
public final class Archive {
    /** Single events that tables list, not series: small, and kept. */
    private static final Set<String> LEDGERS = Set.of("resyncs.csv", "events.csv");

    private static final int PIECE_BYTES = 64 << 10;

    private final RunFiles files;
    private final Map<String, CellSummary.Figures> figures;

    /**
     * @param figures what the report makes of the series, for every cell whose files could all be read
     */
    public Archive(RunFiles files, Map<String, CellSummary.Figures> figures) {
        this.files = files;
        this.figures = Map.copyOf(figures);
    }

    /**
     * What came of it.
     *
     * @param bytesBefore size of all files of the cells
     * @param whole cells whose raw files are all there, compressed
     * @param summaries cells of which the series are summaries now
     * @param damaged cells that would be summaries, if their files could be read
     */
    public record Result(
            long bytesBefore, long bytesAfter, int whole, int summaries, List<String> damaged) {
        public Result {
            damaged = List.copyOf(damaged);
        }
    }

    /** Archives what is not archived yet. */
    public Result write() throws IOException {
        long before = size(files.cells());
        List<CellResult> cells = files.readCells();
        Set<String> first = first(cells);
        List<String> damaged = new ArrayList<>();
        int whole = 0;
        for (CellResult cell : cells) {
            String id = cell.id();
            Files.deleteIfExists(files.engineLogFile(id));
            List<Path> series = raw(id, false);
            if (first.contains(id) || !figures.containsKey(id)) {
                whole++;
                if (!first.contains(id)) {
                    damaged.add(id);
                }
                pack(series);
            } else if (!series.isEmpty()) {
                files.writeSummary(summary(id, series));
                for (Path file : series) {
                    Files.deleteIfExists(RawFile.packed(file));
                    Files.deleteIfExists(file);
                }
            }
            pack(raw(id, true));
        }
        return new Result(before, size(files.cells()), whole, cells.size() - whole, damaged);
    }

    /** Of each arm the first cell that did not fail, else the first. */
    private static Set<String> first(List<CellResult> cells) {
        Map<List<Object>, CellResult> byArm = new HashMap<>();
        for (CellResult cell : cells) {
            byArm.merge(
                    List.of(cell.scenario(), cell.strategy(), cell.parameters()),
                    cell,
                    (a, b) -> rank(b) < rank(a) ? b : a);
        }
        Set<String> ids = new HashSet<>();
        byArm.values().forEach(cell -> ids.add(cell.id()));
        return ids;
    }

    private static long rank(CellResult cell) {
        boolean failed = cell.verdict().status() == CellResult.Status.FAILED;
        return cell.repetition() + (failed ? 1L << 32 : 0);
    }

    /** The cell's ledgers, or its series, by their plain names. */
    private List<Path> raw(String id, boolean ledgers) throws IOException {
        Set<Path> plain = new TreeSet<>();
        try (Stream<Path> entries = Files.list(files.cellFolder(id))) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = entry.getFileName().toString();
                String bare =
                        name.endsWith(RawFile.PACKED)
                                ? name.substring(0, name.length() - RawFile.PACKED.length())
                                : name;
                if ((bare.endsWith(".csv") || bare.endsWith(".hlog"))
                        && LEDGERS.contains(bare) == ledgers) {
                    plain.add(entry.resolveSibling(bare));
                }
            }
        }
        return List.copyOf(plain);
    }

    /** The summary of the series that are there, and of those that an earlier call had dropped already. */
    private CellSummary summary(String id, List<Path> series) throws IOException {
        Map<String, Double> numbers = new TreeMap<>();
        Map<String, String> histograms = new TreeMap<>();
        Map<String, CellSummary.Dropped> dropped = new TreeMap<>();
        CellSummary earlier = files.readSummary(id);
        if (earlier != null) {
            earlier.files().forEach(file -> dropped.put(file.name(), file));
            numbers.putAll(earlier.figures());
            histograms.putAll(earlier.histograms());
        }
        CellSummary.Figures now = figures.get(id);
        now.figures().forEach(numbers::put);
        for (Map.Entry<String, Histogram> entry : now.histograms().entrySet()) {
            histograms.put(entry.getKey(), CellSummary.encoded(entry.getValue()));
        }
        for (Path file : series) {
            CellSummary.Dropped entry = digest(file);
            dropped.put(entry.name(), entry);
        }
        return new CellSummary(
                RunFiles.SCHEMA_VERSION, id, List.copyOf(dropped.values()), numbers, histograms);
    }

    private static CellSummary.Dropped digest(Path file) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: not here (expected: in every JVM)", e);
        }
        long bytes = 0;
        byte[] piece = new byte[PIECE_BYTES];
        try (InputStream in = RawFile.open(file)) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                sha256.update(piece, 0, n);
                bytes += n;
            }
        }
        return new CellSummary.Dropped(
                file.getFileName().toString(), bytes, HexFormat.of().formatHex(sha256.digest()));
    }

    private static void pack(List<Path> plain) throws IOException {
        for (Path file : plain) {
            if (Files.exists(file)) {
                pack(file);
            }
        }
    }

    /** The JVM's gzip header carries no time and no name: one file always makes the same bytes. */
    private static void pack(Path file) throws IOException {
        Path packed = RawFile.packed(file);
        Path beside = packed.resolveSibling(packed.getFileName() + ".new");
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(beside), PIECE_BYTES) {
                    {
                        def.setLevel(Deflater.BEST_COMPRESSION);
                    }
                }) {
            Files.copy(file, out);
        }
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                beside,
                packed,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Files.delete(file);
    }

    private static long size(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            long bytes = 0;
            for (Path path : (Iterable<Path>) walk::iterator) {
                bytes += Files.isRegularFile(path) ? Files.size(path) : 0;
            }
            return bytes;
        }
    }
}
