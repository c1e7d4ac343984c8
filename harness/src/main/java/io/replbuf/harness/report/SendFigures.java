package io.replbuf.harness.report;

import io.replbuf.harness.report.Figure.Kind;
import io.replbuf.harness.report.Figure.Series;
import io.replbuf.harness.report.Figure.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the send path costs: bytes per send call and copies per stream byte. */
final class SendFigures {
    private SendFigures() {}

    /** Bytes per send call over N, from memory and from the log together. */
    static Figure bytesPerCall(Group group) {
        return over(
                group,
                "bytes-per-call",
                "Bytes per send call",
                "A send call costs about the same whatever it carries, so fan-out is paid by the call.",
                "bytes per send call (KiB)",
                cell -> bytesPerCall(cell) / Units.KIB);
    }

    /** User-space copies of each stream byte over N, with 1 + N, which the legacy design needs, as a line. */
    static Figure copies(Group group) {
        return over(
                group,
                "copies",
                "Copies per stream byte",
                "Payload moved in memory over payload fed: 1 + N by design under legacy, 1 under the others.",
                "copies per stream byte",
                SendFigures::copies);
    }

    static double bytesPerCall(Cell cell) {
        double calls = cell.counter("send_calls") + zeroIfAbsent(cell.counter("send_file_calls"));
        double bytes = cell.counter("send_bytes") + zeroIfAbsent(cell.counter("send_file_bytes"));
        return calls > 0 ? bytes / calls : Double.NaN;
    }

    static double copies(Cell cell) {
        double fed = cell.counter("fed_bytes");
        return fed > 0 ? cell.counter("copied_bytes") / fed : Double.NaN;
    }

    private static Figure over(
            Group group,
            String what,
            String title,
            String caption,
            String unit,
            ToDoubleFunction<Cell> value) {
        String id = group.scenario() + "-" + what;
        String full =
                title
                        + " · "
                        + group.scenario()
                        + " · "
                        + MemoryFigures.trials(MemoryFigures.mostTrials(group));
        List<Series> series = new ArrayList<>();
        for (String strategy : group.strategies()) {
            List<Group.Point> with =
                    group.points().stream()
                            .filter(
                                    p ->
                                            p.arm(strategy) != null
                                                    && !Double.isNaN(p.arm(strategy).median(value)))
                            .toList();
            if (with.isEmpty()) {
                continue;
            }
            series.add(
                    Series.of(
                                    strategy,
                                    Look.of(strategy),
                                    Kind.LINE_AND_POINTS,
                                    with.stream().mapToDouble(Group.Point::replicas).toArray(),
                                    with.stream()
                                            .mapToDouble(p -> p.arm(strategy).median(value))
                                            .toArray())
                            .withSpread(
                                    with.stream()
                                            .mapToDouble(p -> p.arm(strategy).halfSpread(value))
                                            .toArray()));
        }
        return new Figure.Lines(
                id,
                full,
                caption,
                Axis.fromZero("replicas N"),
                Axis.fromZero(unit),
                series,
                Size.MEDIUM);
    }

    private static double zeroIfAbsent(double value) {
        return Double.isNaN(value) ? 0 : value;
    }
}
