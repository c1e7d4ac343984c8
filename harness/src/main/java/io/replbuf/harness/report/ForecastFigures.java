package io.replbuf.harness.report;

import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.report.Figure.Kind;
import io.replbuf.harness.report.Figure.Series;
import io.replbuf.harness.report.Figure.Size;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** How good the server's forecasts of the loss of a replica were: what it said at each moment, beside the time that was left. */
final class ForecastFigures {
    /** With fewer there is nothing to see. */
    private static final int FORECASTS_MIN = 10;

    /** A first forecast from a lag that hardly grows yet would flatten the others. */
    private static final int BEYOND_MAX = 3;

    private static final String DEMOTED = "demoted";

    private static final double NOTICED_MILLIS = 2_000;

    private ForecastFigures() {}

    /**
     * Forecasts for one replica before one loss.
     *
     * @param event what happened: demoted or cut off
     * @param eventSeconds when, since the start of measuring
     * @param atSeconds times of the forecasts
     * @param leftSeconds what each said
     */
    record Track(
            int replica,
            String event,
            double eventSeconds,
            double[] atSeconds,
            double[] leftSeconds) {
        /** Positions of the forecasts that were at most {@code times} what was left at the first of them. */
        int[] within(int times) {
            double most = times * (eventSeconds - atSeconds[0]);
            return IntStream.range(0, atSeconds.length)
                    .filter(i -> leftSeconds[i] <= most)
                    .toArray();
        }

        /** Median of how far off they were, as a part of the time that was left; those of the last second do not count. */
        double medianError() {
            double[] errors = new double[atSeconds.length];
            int count = 0;
            for (int i = 0; i < atSeconds.length; i++) {
                double left = eventSeconds - atSeconds[i];
                if (left >= 1) {
                    errors[count++] = Math.abs(leftSeconds[i] - left) / left;
                }
            }
            double[] sorted = Arrays.copyOf(errors, count);
            Arrays.sort(sorted);
            return count == 0 ? Double.NaN : sorted[count / 2];
        }
    }

    /** Empty where no replica was lost after forecasts. */
    static Figure of(String scenario, Group.Point point) {
        List<Series> series = new ArrayList<>();
        StringBuilder said = new StringBuilder();
        for (Group.Arm arm : point.arms()) {
            for (Track track : longest(tracks(arm.drawn()))) {
                String name = arm.strategy() + ", until it is " + track.event();
                int[] drawn = track.within(BEYOND_MAX);
                series.add(
                        Series.of(
                                name,
                                look(arm, track),
                                Kind.POINTS,
                                MinMax.pick(track.atSeconds(), drawn),
                                MinMax.pick(track.leftSeconds(), drawn)));
                series.add(happened(arm, track));
                said.append(
                        String.format(
                                Locale.ROOT,
                                " %s: %s at %.1f s, forecasts off by %.0f %% (median).",
                                arm.name(),
                                track.event(),
                                track.eventSeconds(),
                                100 * track.medianError()));
            }
        }
        return new Figure.Lines(
                scenario + "-" + point.slug() + "-forecast",
                "Time to loss, forecast and what was left · "
                        + scenario
                        + ", "
                        + point.label()
                        + " · "
                        + point.drawn(),
                "Marks: what the server said, where it is at most "
                        + BEYOND_MAX
                        + " times what was left; lines: what was left."
                        + said,
                Axis.linear("time since start of measuring (s)"),
                Axis.fromZero("time to loss (s)"),
                series,
                Size.MEDIUM);
    }

    /** An arm may have two of them. */
    private static Look look(Group.Arm arm, Track track) {
        Look look = arm.look();
        return track.event().equals(DEMOTED)
                ? new Look(look.color(), look.dash(), Look.Mark.CROSS)
                : look;
    }

    /** Of each event the one with most forecasts: those of many replicas would lie on top of each other. */
    static Collection<Track> longest(List<Track> tracks) {
        Map<String, Track> best = new TreeMap<>(Comparator.reverseOrder());
        for (Track track : tracks) {
            best.merge(
                    track.event(),
                    track,
                    (a, b) -> b.atSeconds().length > a.atSeconds().length ? b : a);
        }
        return best.values();
    }

    /** The time that was left, which falls by a second each second. */
    private static Series happened(Group.Arm arm, Track track) {
        double from = track.atSeconds()[0];
        return Series.unlisted(
                arm.strategy() + ", " + track.event() + " (happened)",
                arm.look().withoutMark(),
                Kind.LINE,
                new double[] {from, track.eventSeconds()},
                new double[] {track.eventSeconds() - from, 0});
    }

    /** Of every replica, each run of forecasts that ends with a loss. */
    static List<Track> tracks(Cell cell) {
        try {
            return cell.lag.has(RunFiles.LOSS_COLUMN) ? tracks(cell.lag, cell.resyncs) : List.of();
        } catch (IOException e) {
            throw new IllegalStateException("a table that was checked: " + e.getMessage(), e);
        }
    }

    static List<Track> tracks(Columns lag, List<Resync> resyncs) throws IOException {
        double[] at = lag.numbers("t_ms");
        double[] replicas = lag.numbers("replica");
        double[] inLog = lag.numbers("in_log");
        double[] loss = lag.numbers(RunFiles.LOSS_COLUMN);
        List<Track> tracks = new ArrayList<>();
        for (int replica : Arrays.stream(replicas).distinct().mapToInt(r -> (int) r).toArray()) {
            int[] rows = rows(replicas, replica);
            int first = -1;
            for (int i = 0; i < rows.length; i++) {
                int row = rows[i];
                boolean forecast = loss[row] >= 0;
                boolean demoted = i > 0 && inLog[row] > inLog[rows[i - 1]];
                boolean cut = !forecast && first >= 0 && isCutAbout(resyncs, replica, at[row]);
                if (first >= 0 && (demoted || cut)) {
                    add(
                            tracks,
                            replica,
                            demoted ? DEMOTED : "cut off",
                            at[row],
                            Arrays.copyOfRange(rows, first, i),
                            at,
                            loss);
                    first = -1;
                }
                first = !forecast ? -1 : first < 0 ? i : first;
            }
        }
        return tracks;
    }

    private static void add(
            List<Track> tracks,
            int replica,
            String event,
            double endMillis,
            int[] rows,
            double[] at,
            double[] loss) {
        if (rows.length >= FORECASTS_MIN) {
            tracks.add(
                    new Track(
                            replica,
                            event,
                            endMillis / 1_000,
                            Arrays.stream(rows).mapToDouble(r -> at[r] / 1_000).toArray(),
                            Arrays.stream(rows).mapToDouble(r -> loss[r] / 1_000).toArray()));
        }
    }

    private static int[] rows(double[] replicas, int replica) {
        return IntStream.range(0, replicas.length)
                .filter(row -> (int) replicas[row] == replica)
                .toArray();
    }

    /** Whether the replica lost its link about then: it notices that behind the bytes that are in its socket. */
    private static boolean isCutAbout(List<Resync> resyncs, int replica, double millis) {
        return resyncs.stream()
                .filter(r -> r.replica() == replica && r.outageMillis() >= 0)
                .mapToDouble(r -> r.atMillis() - r.outageMillis())
                .anyMatch(lost -> lost > millis - NOTICED_MILLIS && lost < millis + NOTICED_MILLIS);
    }
}
