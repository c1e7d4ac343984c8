package io.replbuf.harness.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a pinger met in the second after a replica was torn off, beside the same pinger in all other seconds.
 *
 * <p>The window is {@code [drop, drop + 1 s]}: those intervals of the latency log of which at least a tenth lies in it. A figure is the
 * slowest PING less the slowest answer of the idle echo process in the same interval, since a machine that was busy delays both.
 *
 * @param atMillis when the replica was torn off, since the start of measuring
 * @param pingMicros slowest PING in the window
 * @param controlMicros slowest answer of the control in the window
 * @param excessMicros what the PING took longer, at least 0
 * @param otherwiseMicros the largest such excess of any other interval while measuring
 * @param latenessMicros how late the cell's loader was at p99: a smaller difference says nothing
 */
record Drop(
        double atMillis,
        double pingMicros,
        double controlMicros,
        double excessMicros,
        double otherwiseMicros,
        double latenessMicros) {
    static final double WINDOW_MILLIS = 1_000;

    private static final double SHARE_MIN = 0.1;
    private static final double MICROS = 1_000.0;

    /** Whether the excess is no larger than in seconds in which no replica was dropped, by more than the loader's lateness. */
    boolean asWithout() {
        return excessMicros <= otherwiseMicros + latenessMicros;
    }

    /** Null when the cell dropped no replica, or had no pinger with a control. */
    static Drop of(Cell cell) {
        Drop seen = cell.archived() ? null : seen(cell);
        double excess = cell.figure("drop excess", () -> value(seen, Drop::excessMicros));
        return Double.isNaN(excess)
                ? null
                : new Drop(
                        cell.figure("drop at", () -> value(seen, Drop::atMillis)),
                        cell.figure("drop ping", () -> value(seen, Drop::pingMicros)),
                        cell.figure("drop control", () -> value(seen, Drop::controlMicros)),
                        excess,
                        cell.figure("drop otherwise", () -> value(seen, Drop::otherwiseMicros)),
                        cell.result.latency().loaderDelayP99());
    }

    private static double value(Drop seen, ToDoubleFunction<Drop> figure) {
        return seen == null ? Double.NaN : figure.applyAsDouble(seen);
    }

    private static Drop seen(Cell cell) {
        Event event =
                cell.events.stream()
                        .filter(e -> e.verb().equals("reset-peer") && e.atMillis() >= 0)
                        .findFirst()
                        .orElse(null);
        if (event == null) {
            return null;
        }
        double start = cell.startMillis();
        List<LatencyLog.Interval> pings = asked(cell, "pinger.response");
        List<LatencyLog.Interval> controls = asked(cell, "control.response");
        double ping = Double.NaN;
        double control = Double.NaN;
        double excess = Double.NaN;
        double otherwise = 0;
        for (LatencyLog.Interval one : pings) {
            double from = one.startMillis() - start;
            double to = one.endMillis() - start;
            double slowest = one.histogram().getMaxValue() / MICROS;
            double idle = slowestAt(controls, one);
            double above = Math.max(0, slowest - idle);
            if (Double.isNaN(above) || to <= 0 || from >= cell.result.measuredMillis()) {
                continue;
            }
            double shared =
                    Math.min(to, event.atMillis() + WINDOW_MILLIS)
                            - Math.max(from, event.atMillis());
            if (shared >= SHARE_MIN * (to - from)) {
                ping = Double.isNaN(ping) ? slowest : Math.max(ping, slowest);
                control = Double.isNaN(control) ? idle : Math.max(control, idle);
                excess = Double.isNaN(excess) ? above : Math.max(excess, above);
            } else {
                otherwise = Math.max(otherwise, above);
            }
        }
        return Double.isNaN(excess)
                ? null
                : new Drop(
                        event.atMillis(),
                        ping,
                        control,
                        excess,
                        otherwise,
                        cell.result.latency().loaderDelayP99());
    }

    private static double slowestAt(List<LatencyLog.Interval> controls, LatencyLog.Interval ping) {
        return controls.stream()
                .filter(control -> Math.abs(control.startMillis() - ping.startMillis()) < 1)
                .mapToDouble(control -> control.histogram().getMaxValue() / MICROS)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static List<LatencyLog.Interval> asked(Cell cell, String tag) {
        List<LatencyLog.Interval> asked = new ArrayList<>(cell.latency.intervals(tag));
        asked.removeIf(interval -> interval.histogram().getTotalCount() == 0);
        return asked;
    }
}
