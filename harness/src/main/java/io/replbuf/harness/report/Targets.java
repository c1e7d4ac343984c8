package io.replbuf.harness.report;

import io.replbuf.harness.stats.Bootstrap;
import io.replbuf.harness.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * The design's table of targets, row by row: the real server's figure, ours, and whether the target is met.
 *
 * <p>A target is met or missed when the whole 95 % interval over processes lies on one side of it, and not distinguishable when
 * the interval contains it. A row is machine-bound where loader and replicas took more processor time than the server: there the
 * machine limits both sides, and a ratio says less than the same ratio elsewhere.
 */
final class Targets {
    private static final String PEER = "redis-7.0";

    /** What two pingers on one machine differ by when nothing happens, as baselines on this kind of machine show. */
    private static final double PINGER_NOISE_MILLIS = 2;

    /**
     * What a turn may cost more with 1,000 idle replicas. Their ACKs, one a second each, are work of their own beside 4,000
     * turns a second and come to some 5 %; a look at every replica in every turn, at 10 ns, would add 10 µs to 20.
     */
    private static final double TURN_GROWTH = 1.1;

    private final Run run;
    private final List<List<String>> rows = new ArrayList<>();

    Targets(Run run) {
        this.run = run;
    }

    static List<String> head() {
        return List.of(
                "row",
                "real server",
                "ours",
                "ratio or figure, 95 % interval",
                "target",
                "verdict");
    }

    /** Rows of what this run measured; empty for a run without any scenario that has a target. */
    List<List<String>> rows() {
        alone();
        fanOut();
        sustained("target-fanout", "replicas that hash everything", 2, 2);
        sustained("target-fanout-cheap", "replicas that cost next to nothing", 3, 3.5);
        stalled();
        catchUp();
        dropped("target-drop", "while a replica holding 2 GB is dropped");
        dropped("target-drop-many", "while 8 replicas holding 500 MB each are dropped");
        snapshot();
        delay();
        thousand();
        demotion();
        return List.copyOf(rows);
    }

    private void alone() {
        for (int bytes : new int[] {1024, 64}) {
            Side side = side("target-fanout", 0, bytes, "shared");
            String values = ", " + bytes + " B values";
            atLeast("writes/s at N = 0" + values, side, Targets::writesPerSecond, 1, Units::count);
            atLeast(
                    "writes per server CPU-second at N = 0" + values,
                    side,
                    Targets::writesPerCpuSecond,
                    1,
                    Units::count);
        }
    }

    /** Processor time per byte sent at N = 32, less what the writes themselves cost at N = 0. */
    private void fanOut() {
        for (int bytes : new int[] {1024, 64}) {
            for (String scenario : List.of("target-fanout", "target-fanout-cheap")) {
                Side many = side(scenario, 32, bytes, "shared");
                Side none = side("target-fanout", 0, bytes, "shared");
                if (many == null || none == null) {
                    continue;
                }
                double[] ours = perGigabyte(many.ours, none.ours);
                double[] theirs = perGigabyte(many.peer, none.peer);
                String replicas = scenario.endsWith("cheap") ? "cheap" : "hashing";
                figure(
                        "server CPU s per GB sent at N = 32 above N = 0, "
                                + bytes
                                + " B values, "
                                + replicas
                                + " replicas",
                        many,
                        theirs,
                        ours,
                        bytes == 64 ? 0.35 : 0.20,
                        "",
                        Targets::plain);
            }
        }
    }

    private void sustained(String scenario, String replicas, double large, double small) {
        for (int bytes : new int[] {1024, 64}) {
            atLeast(
                    "sustained writes/s at N = 32, lag at most 64 MiB, "
                            + bytes
                            + " B values, "
                            + replicas,
                    side(scenario, 32, bytes, "shared"),
                    Targets::writesPerSecond,
                    bytes == 64 ? small : large,
                    Units::count);
        }
    }

    private void stalled() {
        String what = "memory for 16 stalled replicas, bytes held per byte of lag";
        Side shared = side("target-stall", 16, 0, "shared");
        if (shared != null) {
            figure(
                    what + ", shared",
                    shared,
                    values(shared.peer, Targets::heldPerLag),
                    values(shared.ours, Targets::heldPerLag),
                    1.02,
                    " ×",
                    Targets::plain);
        }
        Side legacy = side("target-stall", 16, 0, "legacy");
        if (legacy != null) {
            double[] ours = values(legacy.ours, Targets::heldPerLag);
            add(
                    what + ", legacy",
                    Units.NONE,
                    median(ours, v -> plain(v) + " ×"),
                    "",
                    "16 × by design",
                    "shown");
        }
        Side log = side("target-stall", 16, 0, "aof-psync");
        if (log != null) {
            double window = log.ours.cells().get(0).windowBytes();
            window("memory for 16 stalled replicas, aof-psync, MiB in blocks", log);
            figure(
                    "the same: growth of RSS, MiB (two extents and the window may come)",
                    log,
                    values(log.peer, Targets::rssGrowthMib),
                    values(log.ours, Targets::rssGrowthMib),
                    window / Units.MIB + 64,
                    " MiB",
                    Targets::plain);
            double[] disk = values(log.ours, cell -> cell.peakOf("buf_file") / Units.MIB);
            String cap =
                    log.ours
                            .cells()
                            .get(0)
                            .result
                            .config()
                            .getOrDefault("repl-log-max-bytes", "the default");
            add(
                    "the same: disk, bounded by repl-log-max-bytes",
                    Units.NONE,
                    median(disk, v -> plain(v) + " MiB"),
                    "",
                    "reported, cap " + cap,
                    "shown");
        }
    }

    /**
     * What the blocks of {@code aof-psync} hold at most, which is the window and a block: trim keeps whole blocks, and the window
     * is to be there whole. With 16 MiB in blocks of 16 KiB up to 1,025 of them, 16.02 MiB. The books on them are shown apart.
     */
    private void window(String what, Side side) {
        Cell cell = side.ours.cells().get(0);
        double block = cell.blockBytes();
        boolean known = Double.isFinite(block);
        figure(
                what,
                side,
                values(side.peer, c -> c.peakRetained() / Units.MIB),
                values(side.ours, c -> c.peakInBlocks() / Units.MIB),
                (cell.windowBytes() + (known ? block : 0)) / Units.MIB,
                known ? " MiB (window + one block)" : " MiB (the window; no block was recorded)",
                Targets::hundredths);
        shown(
                "the same: books on blocks and cursors, KiB",
                values(side.ours, c -> c.peakOf("buf_metadata") / Units.KIB));
    }

    private void catchUp() {
        for (int replicas : new int[] {1, 8}) {
            for (String arm : List.of("shared", "aof-psync")) {
                Side side = side("target-catchup", replicas, 0, arm);
                if (side == null) {
                    continue;
                }
                String from = arm.equals("shared") ? "from memory" : "from the log";
                String who = replicas == 1 ? "1 replica" : replicas + " replicas";
                if (replicas == 8) {
                    figure(
                            "8 replicas back 200 MB behind, all caught up " + from + ", ms",
                            side,
                            values(side.peer, seenMillis("seen_resync_all_micros")),
                            values(side.ours, seenMillis("seen_resync_all_micros")),
                            350,
                            " ms",
                            Targets::plain);
                    figure(
                            "1 kHz pinger's longest above control's, 8 replicas catch up 200 MB "
                                    + from
                                    + ", ms",
                            side,
                            values(side.peer, Targets::pingerExcessMillis),
                            values(side.ours, Targets::pingerExcessMillis),
                            5,
                            " ms",
                            Targets::plain);
                }
                figure(
                        "first byte after PSYNC, " + who + ", " + from + ", slowest, ms",
                        side,
                        values(side.peer, seenMillis("seen_resync_first_byte_max_micros")),
                        values(side.ours, seenMillis("seen_resync_first_byte_max_micros")),
                        arm.equals("shared") ? 0.5 : 2,
                        " ms",
                        Targets::plain);
            }
        }
    }

    private void dropped(String scenario, String what) {
        for (String arm : List.of("legacy", "shared", "aof-psync")) {
            Side side = side(scenario, -1, 0, arm);
            if (side == null) {
                continue;
            }
            String name = "1 kHz pinger's longest above control's, " + what + ", " + arm + ", ms";
            double[] ours = values(side.ours, Targets::pingerExcessMillis);
            double[] theirs = values(side.peer, Targets::pingerExcessMillis);
            if (arm.equals("legacy")) {
                add(
                        name,
                        median(theirs, Targets::plain),
                        median(ours, Targets::plain),
                        "",
                        "its cost is shown",
                        "shown");
            } else {
                figure(
                        name,
                        side,
                        theirs,
                        ours,
                        PINGER_NOISE_MILLIS,
                        " ms (noise)",
                        Targets::plain);
            }
        }
    }

    private void snapshot() {
        Side side = side("target-snapshot", -1, 0, "shared");
        if (side != null) {
            figure(
                    "pause at the start of a snapshot of 1 GB, 1 kHz pinger's longest above control's, ms",
                    side,
                    values(side.peer, Targets::pingerExcessMillis),
                    values(side.ours, Targets::pingerExcessMillis),
                    1,
                    " ms",
                    Targets::plain);
        }
    }

    /** Against ourselves on one thread without waiting, not against the real server. */
    private void delay() {
        Group group = run.group("target-delay");
        Group.Arm ours = group == null ? null : group.largest().arm("shared");
        Group.Arm atOnce = group == null ? null : group.largest().arm("shared-immediate");
        if (ours == null || atOnce == null) {
            return;
        }
        ToDoubleFunction<Cell> micros = cell -> cell.counter("seen_delay_p50_nanos") / 1e3;
        double[] waiting = values(ours, micros);
        double[] immediate = values(atOnce, micros);
        int pairs = Math.min(waiting.length, immediate.length);
        double[] added = new double[pairs];
        Arrays.setAll(added, i -> waiting[i] - immediate[i]);
        Group.Arm peer = group.largest().arm(PEER);
        String beside =
                peer == null
                        ? ""
                        : " (" + PEER + ": " + median(values(peer, micros), Targets::plain) + ")";
        figure(
                "replication delay at low load above io-threads 1 with immediate sends, median, µs",
                new Side(atOnce, ours),
                immediate,
                waiting,
                added,
                50,
                " µs more" + beside,
                Targets::plain);
    }

    /**
     * What a replica costs that only exists: the point with the most replicas against the one with the fewest.
     *
     * <p>The scenario writes nothing and asks 4,000 times a second, each time a turn of the command loop.
     */
    private void thousand() {
        Group group = run.group("thousand");
        if (group == null || group.points().size() < 2) {
            return;
        }
        Group.Point most = group.largest();
        Group.Point fewest =
                group.points().stream()
                        .min(Comparator.comparingInt(Group.Point::replicas))
                        .orElseThrow();
        int replicas = most.replicas() - fewest.replicas();
        for (String arm : List.of("legacy", "shared", "aof-psync")) {
            Group.Arm many = most.arm(arm);
            Group.Arm few = fewest.arm(arm);
            if (many == null || few == null || replicas == 0) {
                continue;
            }
            Side side = new Side(few, many);
            String at = ", N = " + Units.count(most.replicas()) + ", " + arm;
            double[] memory = perReplicaKib(many, few, replicas, Targets::engineBytes);
            figure(
                    "engine memory per idle replica" + at + ", KiB",
                    side,
                    new double[0],
                    memory,
                    16,
                    " KiB",
                    Targets::plain);
            shown(
                    "the same: of it on the ledger, KiB",
                    perReplicaKib(many, few, replicas, Targets::ledgerBytes));
            turns("command loop's CPU per command, µs" + at, fewest.replicas(), side);
        }
    }

    private void turns(String what, int few, Side side) {
        double[] ours = values(side.ours, Targets::loopMicrosPerCommand);
        double[] alone = values(side.peer, Targets::loopMicrosPerCommand);
        if (ours.length == 0 || alone.length == 0) {
            return;
        }
        Interval ratio = Bootstrap.ratio(ours, alone);
        add(
                what,
                Units.NONE,
                median(ours, Targets::plain),
                words(ratio, Targets::plain)
                        + " × N = "
                        + few
                        + "'s "
                        + median(alone, Targets::plain),
                "≤ " + plain(TURN_GROWTH) + " × (ACKs)",
                verdict(ratio, TURN_GROWTH, false, side));
    }

    private void demotion() {
        Side log = side("demotion", -1, 0, "aof-psync");
        if (log != null) {
            String who = who(log.ours) + ", aof-psync: ";
            count(who + "killed", log, Targets::kills);
            count(who + "full resyncs after the first", log, Targets::fullResyncs);
            window(who + "memory, MiB in blocks", log);
            shown(who + "demoted", values(log.ours, cell -> cell.counter("demotions")));
        }
        Side shared = side("demotion", -1, 0, "shared");
        if (shared != null) {
            String who = who(shared.ours) + ", shared: ";
            shown(who + "killed", values(shared.ours, Targets::kills));
            shown(who + "full resyncs after the first", values(shared.ours, Targets::fullResyncs));
            shown(
                    who + "memory, MiB",
                    values(shared.ours, cell -> cell.peakRetained() / Units.MIB));
        }
    }

    private static String who(Group.Arm arm) {
        return arm.cells().get(0).replicas() + " replicas at a tenth of the write rate";
    }

    /** Something that is not to happen at all. */
    private void count(String what, Side side, ToDoubleFunction<Cell> times) {
        figure(
                what,
                side,
                values(side.peer, times),
                values(side.ours, times),
                0,
                "",
                Targets::plain);
    }

    /** The real server's arm and ours at one point; the peer may be missing. */
    private record Side(Group.Arm peer, Group.Arm ours) {
        boolean machineBound() {
            return bound(ours) || (peer != null && bound(peer));
        }

        private static boolean bound(Group.Arm arm) {
            return arm.cells().stream().filter(Threats::machineBound).count() * 2 > arm.trials();
        }
    }

    /**
     * @param replicas -1 for any
     * @param valueBytes 0 for any
     * @return null when this run did not measure it
     */
    private Side side(String scenario, int replicas, int valueBytes, String ours) {
        Group group = run.group(scenario);
        if (group == null) {
            return null;
        }
        for (Group.Point point : group.points()) {
            Group.Arm arm = point.arm(ours);
            if (arm != null
                    && (replicas < 0 || point.replicas() == replicas)
                    && (valueBytes == 0
                            || arm.cells().get(0).result.parameter("valueBytes", 0)
                                    == valueBytes)) {
                return new Side(point.arm(PEER), arm);
            }
        }
        return null;
    }

    /** A ratio ours to peer that is to be at least this much. */
    private void atLeast(
            String what,
            Side side,
            ToDoubleFunction<Cell> value,
            double factor,
            DoubleFunction<String> format) {
        if (side == null) {
            return;
        }
        double[] ours = values(side.ours, value);
        double[] theirs = values(side.peer, value);
        if (ours.length == 0 || theirs.length == 0) {
            return;
        }
        Interval ratio = Bootstrap.ratio(ours, theirs);
        add(
                what,
                median(theirs, format),
                median(ours, format),
                words(ratio, Targets::plain) + " ×",
                "≥ " + plain(factor) + " ×",
                verdict(ratio, factor, true, side));
    }

    /** A figure of ours that is to be at most this much; the peer's stands beside it, with the ratio. */
    private void figure(
            String what,
            Side side,
            double[] theirs,
            double[] ours,
            double most,
            String unit,
            DoubleFunction<String> format) {
        figure(what, side, theirs, ours, ours, most, unit, format);
    }

    private void figure(
            String what,
            Side side,
            double[] theirs,
            double[] ours,
            double[] judged,
            double most,
            String unit,
            DoubleFunction<String> format) {
        if (judged.length == 0) {
            return;
        }
        Interval figure = Bootstrap.median(judged);
        boolean comparable =
                theirs.length > 0 && judged == ours && Arrays.stream(theirs).allMatch(v -> v > 0);
        String ratio =
                comparable
                        ? "; "
                                + words(Bootstrap.ratio(ours, theirs), Targets::plain)
                                + " × the real server's"
                        : "";
        add(
                what,
                median(theirs, format),
                median(ours, format),
                words(figure, format) + ratio,
                "≤ " + format.apply(most) + unit,
                verdict(figure, most, false, side));
    }

    /** A figure without a target. */
    private void shown(String what, double[] ours) {
        add(what, Units.NONE, median(ours, Targets::plain), "", "reported", "shown");
    }

    private static String verdict(Interval value, double target, boolean atLeast, Side side) {
        double low = value.isKnown() ? value.low() : value.estimate();
        double high = value.isKnown() ? value.high() : value.estimate();
        String word;
        if (atLeast ? low >= target : high <= target) {
            word = "met";
        } else if (atLeast ? high < target : low > target) {
            word = "missed";
        } else {
            word = "not distinguishable";
        }
        return word
                + (value.isKnown() ? "" : ", one process")
                + (side.machineBound() ? ", machine-bound" : "");
    }

    private void add(
            String what, String peer, String ours, String figure, String target, String verdict) {
        rows.add(List.of(what, peer, ours, figure, target, verdict));
    }

    private static double[] values(Group.Arm arm, ToDoubleFunction<Cell> value) {
        if (arm == null) {
            return new double[0];
        }
        return arm.cells().stream()
                .filter(
                        cell ->
                                cell.result.verdict().status()
                                        != io.replbuf.harness.measure.CellResult.Status.FAILED)
                .mapToDouble(value)
                .filter(Double::isFinite)
                .toArray();
    }

    private static double[] perGigabyte(Group.Arm many, Group.Arm none) {
        if (many == null || none == null) {
            return new double[0];
        }
        int pairs = Math.min(many.trials(), none.trials());
        double[] seconds = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            Cell busy = many.cells().get(i);
            Cell alone = none.cells().get(i);
            double writing = busy.result.writes() * cpuSeconds(alone) / alone.result.writes();
            seconds[i] = (cpuSeconds(busy) - writing) * 1e9 / busy.counter("seen_received_bytes");
        }
        return Arrays.stream(seconds).filter(Double::isFinite).toArray();
    }

    private static double cpuSeconds(Cell cell) {
        return cell.counter("seen_server_cpu_millis") / 1e3;
    }

    private static double writesPerSecond(Cell cell) {
        return cell.result.achievedPerSecond();
    }

    private static double writesPerCpuSecond(Cell cell) {
        return cell.result.writes() / cpuSeconds(cell);
    }

    private static double heldPerLag(Cell cell) {
        return cell.peakRetained() / cell.lags().peak();
    }

    private static double rssGrowthMib(Cell cell) {
        double[] seconds = cell.memorySeconds();
        double[] rss = cell.memoryBytes("rss");
        double before = Double.NaN;
        for (int i = 0; i < seconds.length && seconds[i] <= 0; i++) {
            before = rss[i];
        }
        return (cell.result.rssPeakBytes() - before) / Units.MIB;
    }

    private static double[] perReplicaKib(
            Group.Arm many, Group.Arm few, int replicas, ToDoubleFunction<Cell> bytes) {
        double[] more = values(many, bytes);
        double[] less = values(few, bytes);
        double[] each = new double[Math.min(more.length, less.length)];
        Arrays.setAll(each, i -> (more[i] - less[i]) / replicas / Units.KIB);
        return each;
    }

    /**
     * What the process has of the machine, but of its heap only what lived at the last collection. The scenario has the heap
     * touched from the start, so all of it is resident; and a socket's own memory is the kernel's, which no process is charged
     * with.
     */
    private static double engineBytes(Cell cell) {
        double living = cell.last("heap_after_gc");
        // Zero where no collection has been: then nobody knows.
        return living > 0 ? cell.last("rss") - cell.last("heap_committed") + living : Double.NaN;
    }

    /** What is accounted for, but the data and the stream; slack counts, which under legacy is a chunk kept for each replica. */
    private static double ledgerBytes(Cell cell) {
        return cell.last("mem_used") - cell.last("mem_keyspace") - cell.last("buf_unique");
    }

    private static double loopMicrosPerCommand(Cell cell) {
        return cell.counter("cpu_command_loop_nanos") / cell.counter("commands_processed") / 1e3;
    }

    private static double kills(Cell cell) {
        return cell.counter("limit_disconnections");
    }

    private static double fullResyncs(Cell cell) {
        return cell.result.resyncs().full();
    }

    private static ToDoubleFunction<Cell> seenMillis(String name) {
        return cell -> cell.counter(name) / 1e3;
    }

    /** The longest answer above the longest of the idle process that was asked at the same time. */
    static double pingerExcessMillis(Cell cell) {
        return Math.max(
                        0,
                        cell.result.latency().pinger().max()
                                - cell.result.latency().control().max())
                / 1e3;
    }

    private static String median(double[] values, DoubleFunction<String> format) {
        return values.length == 0 ? Units.NONE : format.apply(Bootstrap.medianOf(values));
    }

    private static String words(Interval interval, DoubleFunction<String> format) {
        return interval.isKnown()
                ? format.apply(interval.estimate())
                        + " ("
                        + format.apply(interval.low())
                        + " to "
                        + format.apply(interval.high())
                        + ")"
                : format.apply(interval.estimate());
    }

    /** For figures that differ from their target by a block, where three digits would show none. */
    private static String hundredths(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String plain(double value) {
        return value >= 1_000
                ? Units.count(value)
                : value == 0 ? "0" : String.format(Locale.ROOT, "%.3g", value);
    }
}
