package io.replbuf.harness.measure;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.HdrHistogram.Histogram;

/**
 * What is left of a cell's series once they are archived: {@code summary.json}.
 *
 * @param schemaVersion version of this file's shape, {@link RunFiles#SCHEMA_VERSION}
 * @param id the cell's
 * @param files the series that were dropped
 * @param figures numbers that a report had computed from them, by name
 * @param histograms latencies while measuring by tag, in nanoseconds: compressed histograms of HdrHistogram in base64, as in
 *     {@code latency.hlog}, so that percentiles and merging over repetitions stay exact
 */
public record CellSummary(
        int schemaVersion,
        String id,
        List<Dropped> files,
        Map<String, Double> figures,
        Map<String, String> histograms) {

    public CellSummary {
        files = List.copyOf(files);
        figures = Collections.unmodifiableMap(new TreeMap<>(figures));
        histograms = Collections.unmodifiableMap(new TreeMap<>(histograms));
    }

    /**
     * A raw file that is no longer there.
     *
     * @param name without {@code .gz}
     * @param bytes its plain size
     * @param sha256 of its plain bytes, in hex
     */
    public record Dropped(String name, long bytes, String sha256) {}

    /** A number by its name; NaN when it was not computed before the series went. */
    public double figure(String name) {
        return figures.getOrDefault(name, Double.NaN);
    }

    /** Latencies of one tag; null when there were none. */
    public Histogram histogram(String tag) {
        String text = histograms.get(tag);
        if (text == null) {
            return null;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
            return Histogram.decodeFromCompressedByteBuffer(bytes, 0);
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalStateException(
                    id + ": histograms: " + tag + ": " + e.getMessage() + " (expected: as written)",
                    e);
        }
    }

    /** Whether a file of this name was dropped. */
    public boolean dropped(String name) {
        return files.stream().anyMatch(file -> file.name().equals(name));
    }

    static String encoded(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes, Deflater.BEST_COMPRESSION);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(bytes.array(), length));
    }

    /**
     * What a report makes of the series of one cell, and would have to make again.
     *
     * @param figures by name
     * @param histograms latencies while measuring by tag
     */
    public record Figures(Map<String, Double> figures, Map<String, Histogram> histograms) {
        public Figures {
            figures = Map.copyOf(figures);
            histograms = Map.copyOf(histograms);
        }
    }
}
