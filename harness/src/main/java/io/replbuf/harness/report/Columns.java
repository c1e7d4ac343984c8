package io.replbuf.harness.report;

import io.replbuf.harness.measure.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Columns of a CSV file as arrays of numbers, which is what figures are made of. */
final class Columns {
    static final Columns NONE = new Columns(Path.of(""), null);

    private final Path file;
    private final CsvTable table;

    Columns(Path file, CsvTable table) {
        this.file = file;
        this.table = table;
    }

    int size() {
        return table == null ? 0 : table.size();
    }

    boolean has(String name) {
        return table != null && table.column(name) >= 0;
    }

    List<String> names() {
        return table == null ? List.of() : table.columns();
    }

    /**
     * A column's numbers; zeros where the file has no such column.
     *
     * @throws IOException naming file and line, if a field is no number
     */
    double[] numbers(String name) throws IOException {
        double[] values = new double[size()];
        int column = table == null ? -1 : table.column(name);
        if (column >= 0) {
            for (int row = 0; row < values.length; row++) {
                values[row] = number(row, column);
            }
        }
        return values;
    }

    /** Row by row sum of the columns that are there. */
    double[] sum(String... names) throws IOException {
        double[] total = new double[size()];
        for (String name : names) {
            double[] values = numbers(name);
            Arrays.setAll(total, row -> total[row] + values[row]);
        }
        return total;
    }

    String text(int row, String name) {
        int column = table.column(name);
        return column < 0 ? "" : table.text(row, column);
    }

    private double number(int row, int column) throws IOException {
        String text = table.text(row, column);
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IOException(
                    file
                            + " line "
                            + (row + 2)
                            + ": "
                            + table.columns().get(column)
                            + ": '"
                            + text
                            + "' (expected: a number)",
                    e);
        }
    }
}
