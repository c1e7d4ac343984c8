package io.replbuf.harness.measure;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes one tidy CSV file, a row at a time. For one thread; not synchronised. */
public final class CsvWriter implements Closeable {
    private final Path file;
    private final int columns;
    private final BufferedWriter out;
    private final StringBuilder row = new StringBuilder(256);

    /** Creates the file, or replaces it, and writes the header. */
    public CsvWriter(Path file, List<String> columns) throws IOException {
        this.file = file;
        this.columns = columns.size();
        this.out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        write(columns.toArray());
    }

    /** Writes one row: numbers and texts in the order of the header. */
    public void write(Object... fields) throws IOException {
        if (fields.length != columns) {
            throw new IllegalArgumentException(
                    file + " fields: " + fields.length + " (expected: " + columns + ")");
        }
        row.setLength(0);
        for (int i = 0; i < fields.length; i++) {
            if (i > 0) {
                row.append(',');
            }
            CsvTable.quote(row, String.valueOf(fields[i]));
        }
        row.append('\n');
        try {
            out.append(row);
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** A full disk does not say which file found it so. */
    private IOException named(IOException e) {
        return new IOException(file + ": " + e.getMessage() + " (expected: room on the disk)", e);
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
        } catch (IOException e) {
            throw named(e);
        }
    }
}
