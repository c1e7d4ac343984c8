package io.replbuf.harness.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A tidy CSV file in memory: a header, then one observation a line.
 *
 * <p>Fields are separated by commas; a field with a comma, a quote or a line break stands in double quotes, which are doubled inside.
 * Every line, the last too, ends with a line feed: a file that was cut off is recognised by that, or by a short line.
 */
public final class CsvTable {
    /** Rows beyond this are a mistake, not a measurement (a day at 20 Hz is 1.7 million). */
    static final int ROWS_MAX = 20_000_000;

    private final Path file;
    private final List<String> columns;
    private final List<String[]> rows;

    private CsvTable(Path file, List<String> columns, List<String[]> rows) {
        this.file = file;
        this.columns = columns;
        this.rows = rows;
    }

    /**
     * Reads a whole file, compressed or not.
     *
     * @param leading columns with which the header must begin
     * @throws RunFileException when the file is cut off or a line does not fit the header
     */
    public static CsvTable read(Path file, List<String> leading) throws IOException {
        try (BufferedReader reader = RawFile.reader(file)) {
            LineReader lines = new LineReader(file, reader);
            List<String> header = lines.next();
            if (header == null) {
                throw new RunFileException(file, 1, "empty file", "a header with " + leading);
            }
            if (header.size() < leading.size()
                    || !header.subList(0, leading.size()).equals(leading)) {
                throw new RunFileException(
                        file, 1, "header: " + header, "to begin with " + leading);
            }
            List<String[]> rows = new ArrayList<>();
            for (List<String> fields = lines.next(); fields != null; fields = lines.next()) {
                if (fields.size() != header.size()) {
                    throw new RunFileException(
                            file,
                            lines.line,
                            "fields: " + fields.size(),
                            header.size() + " as in the header");
                }
                if (rows.size() == ROWS_MAX) {
                    throw new RunFileException(
                            file, lines.line, "another row", "at most " + ROWS_MAX);
                }
                rows.add(fields.toArray(String[]::new));
            }
            return new CsvTable(file, List.copyOf(header), rows);
        }
    }

    public List<String> columns() {
        return columns;
    }

    public int size() {
        return rows.size();
    }

    /** Position of a column, or -1. */
    public int column(String name) {
        return columns.indexOf(name);
    }

    public String text(int row, int column) {
        return rows.get(row)[column];
    }

    /**
     * A field as a whole number.
     *
     * @throws RunFileException when it is none
     */
    public long number(int row, int column) throws RunFileException {
        String text = rows.get(row)[column];
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new RunFileException(
                    file, row + 2L, columns.get(column) + ": '" + text + "'", "a whole number", e);
        }
    }

    /** Appends one field in the form that {@link #read} understands. */
    static void quote(StringBuilder out, String field) {
        boolean plain =
                field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        if (plain) {
            out.append(field);
            return;
        }
        out.append('"').append(field.replace("\"", "\"\"")).append('"');
    }

    /** Splits the text into records; a record may span lines inside quotes. */
    private static final class LineReader {
        private static final int FIELD_MAX = 64 * 1024;

        private final Path file;
        private final BufferedReader reader;
        private long line;
        private long nextLine = 1;

        LineReader(Path file, BufferedReader reader) {
            this.file = file;
            this.reader = reader;
        }

        /** Fields of the next record, or null at the end of the file. */
        List<String> next() throws IOException {
            line = nextLine;
            int c = reader.read();
            if (c < 0) {
                return null;
            }
            List<String> fields = new ArrayList<>();
            StringBuilder field = new StringBuilder();
            boolean quoted = false;
            for (; ; c = reader.read()) {
                if (c < 0) {
                    throw new RunFileException(
                            file,
                            line,
                            "the file ends inside a line",
                            "a line feed after every line");
                }
                if (c == '\n') {
                    nextLine++;
                }
                if (quoted) {
                    if (c != '"') {
                        field.append((char) c);
                    } else {
                        reader.mark(1);
                        if (reader.read() == '"') {
                            field.append('"');
                        } else {
                            reader.reset();
                            quoted = false;
                        }
                    }
                } else if (c == '"') {
                    quoted = true;
                } else if (c == ',' || c == '\n') {
                    fields.add(field.toString());
                    field.setLength(0);
                    if (c == '\n') {
                        return fields;
                    }
                } else {
                    field.append((char) c);
                }
                if (field.length() > FIELD_MAX) {
                    throw new RunFileException(
                            file, line, "field length: over " + FIELD_MAX, "at most " + FIELD_MAX);
                }
            }
        }
    }
}
