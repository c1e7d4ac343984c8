package io.replbuf.harness.report;

import io.replbuf.harness.stats.Comparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The decision page's sentences, each made from numbers of this run and left out when the run did not measure them.
 *
 * <p>Cells that failed are in none of them. A sentence about an event looks at the event's own time. Latencies are compared only where
 * enough repetitions tell the arms apart by more than the loader's own lateness.
 */
final class Findings {
    static final String TOGETHER = "stall-together";
    static final String INDEPENDENT = "stall-independent";
    static final String SWEEP = "disconnect-sweep";
    static final String SLOW = "slow-reader";
    static final String DROP = "drop-laggard";
    static final String STEADY = "steady";

    /** With fewer repetitions a bootstrap's interval is a guess. */
    private static final int REPETITIONS_MIN = 5;

    private final Run run;
    private final Facts facts;

    Findings(Run run, Facts facts) {
        this.run = run;
        this.facts = facts;
    }

    List<Claim> claims() {
        List<Claim> all = new ArrayList<>();
        independent(all);
        sweep(all);
        slowReader(all);
        laggard(all);
        kept(all);
        steady(all);
        return all;
    }

    /** The verdict on top: what replicas that stall together cost, the leanest strategy first. */
    Claim verdict() {
        List<String> strategies =
                facts.ours().stream()
                        .filter(s -> !Double.isNaN(facts.peak(TOGETHER, s)))
                        .sorted(Comparator.comparingDouble(s -> facts.peak(TOGETHER, s)))
                        .toList();
        Claim.Words words = Claim.words();
        if (strategies.isEmpty()) {
            return words.say(
                            "This run lacks the scenarios that a verdict needs; read the table and the sections.")
                    .claim("verdict");
        }
        double lag =
                strategies.stream()
                        .mapToDouble(s -> facts.peakLag(TOGETHER, s))
                        .max()
                        .orElse(Double.NaN);
        words.say("For ")
                .state("stall-together.replicas", facts.replicas(TOGETHER), replicas())
                .say(" stalled replicas");
        if (!Double.isNaN(lag)) {
            words.say(" up to ").state("stall-together.lag", lag, Units.bytes(lag)).say(" behind");
        }
        words.say(": ");
        for (int i = 0; i < strategies.size(); i++) {
            String strategy = strategies.get(i);
            String mark = facts.mark(TOGETHER, strategy);
            double peak = facts.peak(TOGETHER, strategy);
            double disk = facts.median(TOGETHER, strategy, c -> c.peakOf("buf_file"));
            words.say(i == 0 ? "" : ", ")
                    .state("stall-together.peak." + strategy, peak, Units.bytes(peak), mark);
            if (disk > 0) {
                words.say(" in memory and ")
                        .state("stall-together.disk." + strategy, disk, Units.bytes(disk), mark)
                        .say(" on disk");
            }
            words.say(" (" + strategy + ")");
        }
        return words.say(".").claim("verdict");
    }

    private String replicas() {
        return String.valueOf(facts.replicas(TOGETHER));
    }

    private void independent(List<Claim> all) {
        Claim.Words words = Claim.words();
        double lag = 0;
        double backlog = Double.NaN;
        for (String strategy : facts.ours()) {
            double peak = facts.peak(INDEPENDENT, strategy);
            if (Double.isNaN(peak)) {
                continue;
            }
            lag = Math.max(lag, facts.peakLag(INDEPENDENT, strategy));
            backlog = facts.median(INDEPENDENT, strategy, Cell::backlogBytes);
            words.say(words.isEmpty() ? "When they stalled by turns: " : ", ")
                    .say(strategy + " ")
                    .state(
                            "stall-independent.peak." + strategy,
                            peak,
                            Units.bytes(peak),
                            facts.mark(INDEPENDENT, strategy));
        }
        if (words.isEmpty()) {
            return;
        }
        words.say(", with a backlog of ")
                .state("stall-independent.backlog", backlog, Units.bytes(backlog));
        if (lag > 0) {
            words.say(" and a longest lag of ")
                    .state("stall-independent.lag", lag, Units.bytes(lag));
        }
        words.say(
                lag < backlog
                        ? ". The backlog covers every lag, so what differs is copies alone."
                        : ". Sharing saves in proportion to how many lag at once, not to how many there are.");
        all.add(words.claim("stall-independent"));
    }

    /** Strategies that did the same are told of together. */
    private void sweep(List<Claim> all) {
        record Edge(double bridged, double lost, double modelled) {}
        Map<Edge, List<String>> byEdge = new LinkedHashMap<>();
        for (String strategy : facts.ours()) {
            double total = facts.allResyncs(SWEEP, strategy);
            if (Double.isNaN(total) || total == 0) {
                continue;
            }
            double model = 1_000 * ResyncFigures.coverSeconds(facts.arm(SWEEP, strategy).typical());
            Edge edge =
                    new Edge(
                            facts.outage(SWEEP, strategy, false),
                            facts.outage(SWEEP, strategy, true),
                            Double.isInfinite(model) ? Double.NaN : Math.rint(model / 10) * 10);
            byEdge.computeIfAbsent(edge, e -> new ArrayList<>()).add(strategy);
        }
        byEdge.forEach(
                (edge, strategies) -> {
                    String who = String.join(" and ", strategies);
                    String name = strategies.get(0);
                    String mark =
                            strategies.stream()
                                    .map(s -> facts.mark(SWEEP, s))
                                    .max(String::compareTo)
                                    .orElse("");
                    Claim.Words words = Claim.words().say("Outages under " + who + ": ");
                    boolean none = Double.isNaN(edge.lost());
                    words.say(none ? "all were bridged, up to " : "bridged up to ");
                    stateMillis(words, "disconnect-sweep.bridged." + name, edge.bridged(), mark);
                    if (!none) {
                        words.say(
                                edge.lost() > edge.bridged() || Double.isNaN(edge.bridged())
                                        ? ", none from "
                                        : ", though one of ");
                        stateMillis(words, "disconnect-sweep.lost." + name, edge.lost(), mark);
                        words.say(edge.lost() > edge.bridged() ? " on" : " was not");
                    }
                    if (!Double.isNaN(edge.modelled()) && !none) {
                        words.say("; backlog over rate says ");
                        stateMillis(words, "disconnect-sweep.model." + name, edge.modelled(), "");
                    }
                    all.add(words.say(".").claim("disconnect-sweep." + name));
                });
    }

    private static void stateMillis(Claim.Words words, String name, double millis, String mark) {
        words.state(name, millis, Units.millis(millis), mark);
    }

    private void slowReader(List<Claim> all) {
        Claim.Words words = Claim.words();
        for (String strategy : facts.ours()) {
            double kills = facts.counter(SLOW, strategy, "limit_disconnections");
            double begun = facts.resyncs(SLOW, strategy, Resync.Kind.FULL);
            double finished = facts.finishedFull(SLOW, strategy);
            double demotions = facts.counter(SLOW, strategy, "demotions");
            if (Double.isNaN(kills) || Double.isNaN(begun)) {
                continue;
            }
            String mark = facts.mark(SLOW, strategy);
            words.say(words.isEmpty() ? "A replica that can never keep up: " : "; ")
                    .say(strategy + " killed it ")
                    .state("slow-reader.kills." + strategy, kills, times(kills), mark)
                    .say(", began ")
                    .state("slow-reader.full-begun." + strategy, begun, Units.amount(begun), mark)
                    .say(begun == 1 ? " full resync" : " full resyncs");
            if (begun > 0) {
                words.say(" and finished ")
                        .state(
                                "slow-reader.full-finished." + strategy,
                                finished,
                                Units.amount(finished),
                                mark);
            }
            if (demotions > 0) {
                words.say(", demoted it to the log ")
                        .state(
                                "slow-reader.demotions." + strategy,
                                demotions,
                                times(demotions),
                                mark);
            }
        }
        if (!words.isEmpty()) {
            all.add(words.say(".").claim("slow-reader"));
        }
    }

    private void laggard(List<Claim> all) {
        Claim.Words words = Claim.words();
        for (String strategy : facts.ours()) {
            List<Drop> drops = facts.drops(DROP, strategy);
            if (drops.isEmpty()) {
                continue;
            }
            double excess = median(drops, Drop::excessMicros) / 1_000;
            double otherwise = median(drops, Drop::otherwiseMicros) / 1_000;
            String mark = facts.mark(DROP, strategy);
            words.say(
                            words.isEmpty()
                                    ? "Slowest PING in the second in which a laggard was dropped, above its control in the same second: "
                                    : "; ")
                    .say(strategy + " ");
            stateMillis(words, "drop-laggard.excess." + strategy, excess, mark);
            boolean same = drops.stream().allMatch(Drop::asWithout);
            words.say(same ? ", as without a drop (" : " (").say("other seconds up to ");
            stateMillis(words, "drop-laggard.otherwise." + strategy, otherwise, mark);
            words.say(")");
        }
        if (!words.isEmpty()) {
            all.add(words.say(".").claim("drop-laggard"));
        }
    }

    /** What was freed and not given back: malloc's way with chunks that lie between others in use. */
    private void kept(List<Claim> all) {
        for (String strategy : facts.ours()) {
            Cell cell = facts.keeper(strategy);
            if (cell == null) {
                continue;
            }
            Kept kept = Kept.of(cell);
            String mark = Facts.mark(List.of(cell));
            Claim.Words words =
                    Claim.words()
                            .say("Under " + strategy + " malloc kept up to ")
                            .state(
                                    "kept.peak." + strategy,
                                    kept.peakBytes(),
                                    Units.bytes(kept.peakBytes()),
                                    mark)
                            .say(" that had been freed already (" + cell.scenario() + "), ");
            if (kept.millis() < 0) {
                words.say("and gave it back when it was told to, after the cell");
            } else {
                words.say("and gave it back to the system after ");
                stateMillis(words, "kept.millis." + strategy, kept.millis(), mark);
            }
            all.add(
                    words.say(
                                    ": chunks of many queues lie between each other, and glibc gives back from the top only."
                                            + " This is what one malloc per chunk, as in Redis 6.2, costs under glibc.")
                            .claim("kept." + strategy));
        }
    }

    private void steady(List<Claim> all) {
        Group group = run.group(STEADY);
        if (group == null) {
            return;
        }
        Group.Point point = group.largest();
        Group.Arm base = point.arm(Intervals.BASELINE);
        if (base == null) {
            return;
        }
        ToDoubleFunction<Cell> p99 = cell -> cell.result.latency().response().p99();
        for (Group.Arm arm : point.arms()) {
            if (arm == base || !facts.ours().contains(arm.strategy()) || !tells(arm, base)) {
                continue;
            }
            Comparison comparison =
                    Comparison.of(arm.values(p99), base.values(p99), AaPair.floor(run, point, p99));
            double lateness =
                    Math.max(
                            arm.median(c -> c.result.latency().loaderDelayP99()),
                            base.median(c -> c.result.latency().loaderDelayP99()));
            double difference = Math.abs(arm.median(p99) - base.median(p99));
            if (!comparison.isDifference() || difference <= lateness) {
                continue;
            }
            Claim.Words words =
                    Claim.words()
                            .say(
                                    "Response time p99 with "
                                            + point.label()
                                            + ": "
                                            + arm.strategy()
                                            + " ")
                            .state(
                                    "steady.p99." + arm.strategy(),
                                    arm.median(p99),
                                    Units.micros(arm.median(p99)),
                                    arm.mark())
                            .say(", " + comparison.word() + " than " + base.strategy() + "'s ")
                            .state(
                                    "steady.p99." + base.strategy(),
                                    base.median(p99),
                                    Units.micros(base.median(p99)),
                                    base.mark());
            all.add(words.say(".").claim("steady." + arm.strategy()));
        }
    }

    private static boolean tells(Group.Arm arm, Group.Arm base) {
        return arm.trials() >= REPETITIONS_MIN
                && base.trials() >= REPETITIONS_MIN
                && arm.cells().stream().noneMatch(c -> c.result.verdict().latencyAdvisory())
                && base.cells().stream().noneMatch(c -> c.result.verdict().latencyAdvisory());
    }

    static double median(List<Drop> drops, ToDoubleFunction<Drop> value) {
        double[] sorted = drops.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1
                        ? sorted[middle]
                        : Arrays.stream(sorted, middle - 1, middle + 1).sum() / 2;
    }

    private static String times(double count) {
        return count == 1 ? "once" : Units.amount(count) + " times";
    }
}
