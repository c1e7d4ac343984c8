package io.replbuf.harness.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The design's table of targets, row by row: the real server's figure, ours, and whether the target is met.
 *
 * <p>{@link #rows} is the table with its bounds; the methods below it say how a row is called and which cells it is about. How a
 * number comes out of a cell stands in {@link TargetMeasures}, how it is judged and worded in {@link TargetTable}.
 */
final class Targets {
    /** What two pingers on one machine differ by when nothing happens, as baselines on this kind of machine show. */
    private static final double PINGER_NOISE_MILLIS = 2;

    /**
     * What a turn may cost more with 1,000 idle replicas. Their ACKs, one a second each, are work of their own beside 4,000
     * turns a second and come to some 5 %; a look at every replica in every turn, at 10 ns, would add 10 µs to 20.
     */
    private static final double TURN_GROWTH = 1.1;

    private final Run run;
    private final TargetTable table = new TargetTable();

    Targets(Run run) {
        this.run = run;
    }

    /** Rows of what this run measured; empty for a run without any scenario that has a target. */
    List<List<String>> rows() {
        alone(1024, 1);
        alone(64, 1);
        sending("target-fanout", "hashing", 1024, 0.20);
        sending("target-fanout-cheap", "cheap", 1024, 0.20);
        sending("target-fanout", "hashing", 64, 0.35);
        sending("target-fanout-cheap", "cheap", 64, 0.35);
        sustained("target-fanout", "replicas that hash everything", 1024, 2);
        sustained("target-fanout", "replicas that hash everything", 64, 2);
        sustained("target-fanout-cheap", "replicas that cost next to nothing", 1024, 3);
        sustained("target-fanout-cheap", "replicas that cost next to nothing", 64, 3.5);
        stalledInMemory(1.02);
        stalledInLog(64);
        firstByte("shared", "from memory", 1, 0.5);
        firstByte("aof-psync", "from the log", 1, 2);
        caughtUp("shared", "from memory", 350, 5);
        firstByte("shared", "from memory", 8, 0.5);
        caughtUp("aof-psync", "from the log", 350, 5);
        firstByte("aof-psync", "from the log", 8, 2);
        dropped("target-drop", "while a replica holding 2 GB is dropped", PINGER_NOISE_MILLIS);
        dropped(
                "target-drop-many",
                "while 8 replicas holding 500 MB each are dropped",
                PINGER_NOISE_MILLIS);
        snapshot(1);
        delay(50);
        idle("legacy", 16, TURN_GROWTH);
        idle("shared", 16, TURN_GROWTH);
        idle("aof-psync", 16, TURN_GROWTH);
        demotion();
        return table.rows();
    }

    private Sides find(String scenario, int replicas, String strategy) {
        return Sides.find(run, scenario, replicas, Sides.ANY_BYTES, strategy);
    }

    private void alone(int bytes, double factor) {
        Sides sides = Sides.find(run, "target-fanout", 0, bytes, "shared");
        String values = " at N = 0, " + bytes + " B values";
        table.atLeast("writes/s" + values, sides, TargetMeasures::writesPerSecond, factor);
        table.atLeast(
                "writes per server CPU-second" + values,
                sides,
                TargetMeasures::writesPerCpuSecond,
                factor);
    }

    /** Processor time per byte sent at N = 32, less what the writes themselves cost at N = 0. */
    private void sending(String scenario, String replicas, int bytes, double mostSeconds) {
        Sides many = Sides.find(run, scenario, 32, bytes, "shared");
        Sides none = Sides.find(run, "target-fanout", 0, bytes, "shared");
        if (many == null || none == null) {
            return;
        }
        table.atMost(
                "server CPU s per GB sent at N = 32 above N = 0, "
                        + bytes
                        + " B values, "
                        + replicas
                        + " replicas",
                many,
                TargetMeasures.cpuSecondsPerGigabyte(many.other(), none.other()),
                TargetMeasures.cpuSecondsPerGigabyte(many.ours(), none.ours()),
                mostSeconds,
                "");
    }

    private void sustained(String scenario, String replicas, int bytes, double factor) {
        table.atLeast(
                "sustained writes/s at N = 32, lag at most 64 MiB, "
                        + bytes
                        + " B values, "
                        + replicas,
                Sides.find(run, scenario, 32, bytes, "shared"),
                TargetMeasures::writesPerSecond,
                factor);
    }

    private void stalledInMemory(double mostPerByte) {
        String what = "memory for 16 stalled replicas, bytes held per byte of lag, ";
        table.atMost(
                what + "shared",
                find("target-stall", 16, "shared"),
                TargetMeasures::heldPerLag,
                mostPerByte,
                " ×");
        table.shown(
                what + "legacy",
                find("target-stall", 16, "legacy"),
                TargetMeasures::heldPerLag,
                " ×",
                "16 × by design");
    }

    private void stalledInLog(double extentsMib) {
        Sides sides = find("target-stall", 16, "aof-psync");
        if (sides == null) {
            return;
        }
        window("memory for 16 stalled replicas, aof-psync, MiB in blocks", sides);
        table.atMost(
                "the same: growth of RSS, MiB (two extents and the window may come)",
                sides,
                TargetMeasures::rssGrowthMib,
                sides.first().windowBytes() / Units.MIB + extentsMib,
                " MiB");
        table.shown(
                "the same: disk, bounded by repl-log-max-bytes",
                sides,
                TargetMeasures::fileMib,
                " MiB",
                "reported, cap "
                        + sides.first()
                                .result
                                .config()
                                .getOrDefault("repl-log-max-bytes", "the default"));
    }

    /**
     * What the blocks of {@code aof-psync} hold at most, which is the window and a block: trim keeps whole blocks, and the window
     * is to be there whole. With 16 MiB in blocks of 16 KiB up to 1,025 of them, 16.02 MiB. The books on them are shown apart.
     */
    private void window(String what, Sides sides) {
        double block = sides.first().blockBytes();
        boolean known = Double.isFinite(block);
        table.atMost(
                what,
                sides,
                sides.others(TargetMeasures::retainedMib),
                sides.ours(TargetMeasures::inBlocksMib),
                (sides.first().windowBytes() + (known ? block : 0)) / Units.MIB,
                known ? " MiB (window + one block)" : " MiB (the window; no block was recorded)",
                TargetTable::hundredths);
        table.shown("the same: books on blocks and cursors, KiB", sides, TargetMeasures::booksKib);
    }

    private void firstByte(String strategy, String source, int replicas, double mostMillis) {
        table.atMost(
                "first byte after PSYNC, "
                        + replicas
                        + (replicas == 1 ? " replica, " : " replicas, ")
                        + source
                        + ", slowest, ms",
                find("target-catchup", replicas, strategy),
                TargetMeasures::firstByteMillis,
                mostMillis,
                " ms");
    }

    private void caughtUp(
            String strategy, String source, double mostMillis, double mostPingerMillis) {
        Sides sides = find("target-catchup", 8, strategy);
        table.atMost(
                "8 replicas back 200 MB behind, all caught up " + source + ", ms",
                sides,
                TargetMeasures::caughtUpMillis,
                mostMillis,
                " ms");
        table.atMost(
                "1 kHz pinger's longest above control's, 8 replicas catch up 200 MB "
                        + source
                        + ", ms",
                sides,
                TargetMeasures::pingerExcessMillis,
                mostPingerMillis,
                " ms");
    }

    private void dropped(String scenario, String when, double mostMillis) {
        String what = "1 kHz pinger's longest above control's, " + when + ", ";
        table.shownBeside(
                what + "legacy, ms",
                find(scenario, Sides.ANY_REPLICAS, "legacy"),
                TargetMeasures::pingerExcessMillis,
                "its cost is shown");
        for (String strategy : List.of("shared", "aof-psync")) {
            table.atMost(
                    what + strategy + ", ms",
                    find(scenario, Sides.ANY_REPLICAS, strategy),
                    TargetMeasures::pingerExcessMillis,
                    mostMillis,
                    " ms (noise)");
        }
    }

    private void snapshot(double mostMillis) {
        table.atMost(
                "pause at the start of a snapshot of 1 GB, 1 kHz pinger's longest above control's, ms",
                find("target-snapshot", Sides.ANY_REPLICAS, "shared"),
                TargetMeasures::pingerExcessMillis,
                mostMillis,
                " ms");
    }

    /** Against ourselves on one thread without waiting, not against the real server. */
    private void delay(double mostMicros) {
        Group group = run.group("target-delay");
        if (group == null) {
            return;
        }
        Group.Point point = group.largest();
        Sides sides = new Sides(point.arm("shared-immediate"), point.arm("shared"));
        Group.Arm peer = point.arm(Sides.PEER);
        String beside =
                peer == null
                        ? ""
                        : " ("
                                + Sides.PEER
                                + ": "
                                + TargetTable.median(
                                        Sides.values(peer, TargetMeasures::delayMicros))
                                + ")";
        table.aboveAtMost(
                "replication delay at low load above io-threads 1 with immediate sends, median, µs",
                sides,
                TargetMeasures::delayMicros,
                mostMicros,
                " µs more" + beside);
    }

    /**
     * What a replica costs that only exists: the point with the most replicas against the one with the fewest.
     *
     * <p>The scenario writes nothing and asks 4,000 times a second, each time a turn of the command loop.
     */
    private void idle(String strategy, double mostKib, double turnGrowth) {
        Group group = run.group("thousand");
        if (group == null || group.points().size() < 2) {
            return;
        }
        Group.Point most = group.largest();
        Group.Point fewest =
                group.points().stream()
                        .min(Comparator.comparingInt(Group.Point::replicas))
                        .orElseThrow();
        Group.Arm many = most.arm(strategy);
        Group.Arm few = fewest.arm(strategy);
        int more = most.replicas() - fewest.replicas();
        if (many == null || few == null || more == 0) {
            return;
        }
        Sides sides = new Sides(few, many);
        String at = ", N = " + Units.count(most.replicas()) + ", " + strategy;
        table.atMost(
                "engine memory per idle replica" + at + ", KiB",
                sides,
                new double[0],
                kibEach(sides.above(TargetMeasures::engineBytes), more),
                mostKib,
                " KiB");
        table.shown(
                "the same: of it on the ledger, KiB",
                kibEach(sides.above(TargetMeasures::ledgerBytes), more));
        table.timesAtMost(
                "command loop's CPU per command, µs" + at,
                sides,
                TargetMeasures::loopMicrosPerCommand,
                "N = " + fewest.replicas(),
                turnGrowth,
                "ACKs");
    }

    private static double[] kibEach(double[] bytes, int replicas) {
        return Arrays.stream(bytes).map(b -> b / replicas / Units.KIB).toArray();
    }

    /** With a log nobody is killed and nobody begins anew; without one that is shown. */
    private void demotion() {
        Sides log = find("demotion", Sides.ANY_REPLICAS, "aof-psync");
        if (log != null) {
            String who = slow(log) + ", aof-psync: ";
            table.atMost(who + "killed", log, TargetMeasures::kills, 0, "");
            table.atMost(
                    who + "full resyncs after the first", log, TargetMeasures::fullResyncs, 0, "");
            window(who + "memory, MiB in blocks", log);
            table.shown(who + "demoted", log, TargetMeasures::demotions);
        }
        Sides shared = find("demotion", Sides.ANY_REPLICAS, "shared");
        if (shared != null) {
            String who = slow(shared) + ", shared: ";
            table.shown(who + "killed", shared, TargetMeasures::kills);
            table.shown(who + "full resyncs after the first", shared, TargetMeasures::fullResyncs);
            table.shown(who + "memory, MiB", shared, TargetMeasures::retainedMib);
        }
    }

    private static String slow(Sides sides) {
        return sides.first().replicas() + " replicas at a tenth of the write rate";
    }
}
