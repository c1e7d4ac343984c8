package io.replbuf.harness.cli;

import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.run.CellProgress;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Plan;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells the user how a campaign is doing: one line that is rewritten on a terminal, plain lines elsewhere.
 *
 * <p>Begun and ended by the campaign's thread; {@link #update} may come from any other.
 */
final class Progress implements AutoCloseable {
    /** Without a terminal a line this often: enough to see that it lives, little enough to read in a build's log. */
    private static final long PLAIN_LINE_MILLIS = 2_000;

    private final PrintWriter console;
    private final boolean terminal;
    private final int width;
    private final int cells;
    private final long startNanos = System.nanoTime();

    private long leftMillis;
    private long doneMillis;
    private int index;
    private Cell current;
    private long cellNanos;
    private long lineNanos;
    private String phase = "";
    private int shown;

    private Progress(PrintWriter console, Plan plan, boolean terminal, int width) {
        this.console = console;
        this.terminal = terminal;
        this.width = width;
        this.cells = plan.cells().size();
        this.leftMillis = plan.estimate().toMillis();
    }

    static Progress on(PrintWriter console, Plan plan) {
        return new Progress(console, plan, isTerminal(), columns());
    }

    /** For tests. */
    static Progress on(PrintWriter console, Plan plan, boolean terminal) {
        return new Progress(console, plan, terminal, 120);
    }

    synchronized void started(Cell cell) {
        index++;
        current = cell;
        cellNanos = System.nanoTime();
        phase = "";
        show(line("start"), true);
    }

    synchronized void update(CellProgress now) {
        if (current == null) {
            return;
        }
        String text =
                line(now.phase())
                        + String.format(
                                Locale.ROOT,
                                "  %s/s  p99 %.2f ms  lag %s  resyncs %d full %d partial",
                                Texts.count(now.ratePerSecond()),
                                now.p99Millis(),
                                Texts.bytes(now.lagBytesMax()),
                                now.fullResyncs(),
                                now.partialResyncs());
        boolean turn = !now.phase().equals(phase);
        phase = now.phase();
        show(text, turn);
    }

    synchronized void finished(Cell cell, CellResult result) {
        String reasons =
                result.verdict().reasons().isEmpty()
                        ? ""
                        : ": " + String.join("; ", result.verdict().reasons());
        settle(
                String.format(
                        Locale.ROOT,
                        "[%d/%d] %s  %s/s  p99 %.2f ms  peak RSS %s  resyncs %d full %d memory %d log  %s%s",
                        index,
                        cells,
                        cell.id(),
                        Texts.count(result.achievedPerSecond()),
                        result.latency().response().p99() / 1e3,
                        Texts.bytes(result.rssPeakBytes()),
                        result.resyncs().full(),
                        result.resyncs().partialMemory(),
                        result.resyncs().partialLog(),
                        result.verdict().text(),
                        reasons),
                cell);
    }

    /** The cell that has just ended is going to be started once more. */
    synchronized void again(Cell cell, String because) {
        write(
                String.format(
                        Locale.ROOT, "[%d/%d] %s  again: %s", index--, cells, cell.id(), because));
        current = null;
    }

    synchronized void failed(Cell cell, Exception wrong) {
        settle(
                String.format(
                        Locale.ROOT,
                        "[%d/%d] %s  failed: %s",
                        index,
                        cells,
                        cell.id(),
                        wrong.getMessage()),
                cell);
    }

    /** One line that belongs to no cell. */
    synchronized void say(String text) {
        write(text);
    }

    synchronized void kept(Cell cell) {
        index++;
        leftMillis -= cell.estimate().toMillis();
        write(String.format(Locale.ROOT, "[%d/%d] %s  kept", index, cells, cell.id()));
    }

    /**
     * @param command the command line that goes on from here
     */
    synchronized void interrupted(String command) {
        current = null;
        write("Interrupted; what is finished is kept. Continue with: " + command);
    }

    @Override
    public synchronized void close() {
        current = null;
        clear();
        console.flush();
    }

    private void settle(String text, Cell cell) {
        leftMillis -= cell.estimate().toMillis();
        doneMillis += cell.estimate().toMillis();
        current = null;
        write(text);
    }

    /** What is left of the plan, stretched by how much longer or shorter cells have taken than they should. */
    Duration remaining() {
        double stretch = 1;
        if (doneMillis > 0 && index > 1) {
            long before = current == null ? System.nanoTime() : cellNanos;
            stretch = Math.max(0.2, Math.min(5, (before - startNanos) / 1e6 / doneMillis));
        }
        long inCell = current == null ? 0 : (System.nanoTime() - cellNanos) / 1_000_000;
        return Duration.ofMillis(Math.max(0, Math.round(leftMillis * stretch) - inCell));
    }

    private String line(String phase) {
        return String.format(
                Locale.ROOT,
                "[%d/%d] %s  %s  ETA %s",
                index,
                cells,
                current.id(),
                phase,
                Texts.time(remaining()));
    }

    /** On a terminal the line is rewritten; elsewhere it is printed at a turn, or when the last is old. */
    private void show(String text, boolean turn) {
        long now = System.nanoTime();
        if (!terminal) {
            if (turn || now - lineNanos >= PLAIN_LINE_MILLIS * 1_000_000) {
                lineNanos = now;
                write(text);
            }
            return;
        }
        String cut = text.length() < width ? text : text.substring(0, width - 1);
        console.print("\r" + cut + " ".repeat(Math.max(0, shown - cut.length())));
        console.flush();
        shown = cut.length();
    }

    private void write(String text) {
        clear();
        console.println(text);
        console.flush();
    }

    private void clear() {
        if (shown > 0) {
            console.print("\r" + " ".repeat(shown) + "\r");
            shown = 0;
        }
    }

    /**
     * Whether standard output is a terminal. Since JDK 22 {@code System.console()} is there without one too, so the descriptor
     * is looked at where the system shows it.
     */
    private static boolean isTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        Path descriptor = Path.of("/proc/self/fd/1");
        try {
            if (Files.isSymbolicLink(descriptor)) {
                String target = Files.readSymbolicLink(descriptor).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
            }
        } catch (java.io.IOException unreadable) {
            return false;
        }
        return System.console() != null;
    }

    private static int columns() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[0-9]{2,4}") ? Integer.parseInt(columns) : 160;
    }
}
