package io.replbuf.harness.report;

import io.replbuf.harness.stats.BacklogSizing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The decision page's sentences, each made from numbers of this run and left out when the run did not measure them. A sentence
 * about latency says when the run cannot carry it.
 */
final class Findings {
    private static final String TOGETHER = "stall-together";
    private static final String INDEPENDENT = "stall-independent";
    private static final String SWEEP = "disconnect-sweep";

    private final Run run;
    private final Facts facts;

    Findings(Run run, Facts facts) {
        this.run = run;
        this.facts = facts;
    }

    List<String> sentences() {
        List<String> all = new ArrayList<>();
        together(all);
        independent(all);
        sweep(all);
        slowReader(all);
        laggard(all);
        steady(all);
        return all;
    }

    /** The verdict on top: who needed the least memory, who the fewest full resyncs, and what that costs. */
    String verdict() {
        List<String> ours =
                facts.strategies().stream()
                        .filter(s -> !s.startsWith("redis") && !s.startsWith("valkey"))
                        .toList();
        String leanest = null;
        String steadiest = null;
        for (String strategy : ours) {
            double peak = facts.peak(TOGETHER, strategy);
            if (!Double.isNaN(peak) && (leanest == null || peak < facts.peak(TOGETHER, leanest))) {
                leanest = strategy;
            }
            if (steadiest == null || full(strategy) < full(steadiest)) {
                steadiest = strategy;
            }
        }
        if (leanest == null || steadiest == null) {
            return "This run lacks the scenarios that a verdict needs; read the table and the sections.";
        }
        StringBuilder text = new StringBuilder();
        text.append(leanest).append(" held the least memory under a common stall (");
        text.append(Units.bytes(facts.peak(TOGETHER, leanest))).append(")");
        if (leanest.equals(steadiest)) {
            text.append(" and needed the fewest full resyncs (")
                    .append(Units.count(full(leanest)))
                    .append(" in the run)");
        } else {
            text.append("; ").append(steadiest).append(" needed the fewest full resyncs (");
            text.append(Units.count(full(steadiest))).append(" in the run)");
        }
        double disk = facts.peakDisk(steadiest);
        if (disk > 0) {
            text.append(". Its price is disk, at most ").append(Units.bytes(disk)).append(" here");
        }
        return text.append('.').toString();
    }

    /** What a backlog buys at the rate that was measured; empty without a rate. */
    String sizing() {
        Group group =
                run.group(SWEEP) != null
                        ? run.group(SWEEP)
                        : run.groups().isEmpty() ? null : run.groups().get(0);
        if (group == null) {
            return "";
        }
        Cell cell = group.largest().arms().get(0).typical();
        double rate = cell.streamRate();
        if (!(rate > 0)) {
            return "";
        }
        return "At "
                + Units.bytesPerSecond(rate)
                + " (measured in "
                + group.scenario()
                + ") a backlog of "
                + Units.bytes(cell.backlogBytes())
                + " covers an outage of "
                + Units.millis(1_000 * cell.backlogBytes() / rate)
                + ". An outage of 10 s needs repl-backlog-size "
                + megabytes(rate, 10)
                + ", of 1 min "
                + megabytes(rate, 60)
                + " (rate × outage + 10 %): of memory under legacy and shared, of disk under aof-psync.";
    }

    private static String megabytes(double rate, int seconds) {
        return (BacklogSizing.bytes(rate, Duration.ofSeconds(seconds)) >> 20) + "mb";
    }

    private void together(List<String> all) {
        List<String> parts = new ArrayList<>();
        for (String strategy : facts.strategies()) {
            double peak = facts.peak(TOGETHER, strategy);
            if (!Double.isNaN(peak) && !Double.isNaN(facts.peakLag(TOGETHER, strategy))) {
                parts.add(
                        strategy
                                + " held "
                                + Units.bytes(peak)
                                + " for a lag of "
                                + Units.bytes(facts.peakLag(TOGETHER, strategy))
                                + " ("
                                + Units.times(facts.growth(TOGETHER, strategy))
                                + ")");
            }
        }
        if (!parts.isEmpty()) {
            all.add(
                    "When "
                            + facts.replicas(TOGETHER)
                            + " replicas stalled together: "
                            + String.join("; ", parts)
                            + ". The factor is memory over what had to be kept once.");
        }
    }

    private void independent(List<String> all) {
        double legacy = facts.growth(INDEPENDENT, "legacy");
        double shared = facts.growth(INDEPENDENT, "shared");
        if (!Double.isNaN(legacy) && !Double.isNaN(shared)) {
            all.add(
                    "When they stalled by turns: legacy "
                            + Units.times(legacy)
                            + " ("
                            + Units.bytes(facts.peak(INDEPENDENT, "legacy"))
                            + "), shared "
                            + Units.times(shared)
                            + " ("
                            + Units.bytes(facts.peak(INDEPENDENT, "shared"))
                            + "). Sharing saves in proportion to how many lag at once, not to how many there are.");
        }
    }

    private void sweep(List<String> all) {
        for (String strategy : facts.strategies()) {
            double full = facts.resyncs(SWEEP, strategy, Resync.Kind.FULL);
            double total = facts.allResyncs(SWEEP, strategy);
            if (Double.isNaN(full) || total == 0) {
                continue;
            }
            String text =
                    "Outages: "
                            + strategy
                            + " needed "
                            + Units.amount(full)
                            + " full resyncs in "
                            + Units.amount(total);
            double edge = 1_000 * ResyncFigures.coverSeconds(facts.arm(SWEEP, strategy).typical());
            if (full > 0) {
                text += ", the first after " + Units.millis(facts.outage(SWEEP, strategy, true));
                text +=
                        Double.isInfinite(edge)
                                ? ""
                                : " (the model puts the edge at " + Units.millis(edge) + ")";
            } else {
                text +=
                        "; the longest outage was "
                                + Units.millis(facts.outage(SWEEP, strategy, false));
            }
            all.add(text + ".");
        }
    }

    private void slowReader(List<String> all) {
        List<String> parts = new ArrayList<>();
        for (String strategy : facts.strategies()) {
            double drops = facts.counter("slow-reader", strategy, "limit_disconnections");
            double full = facts.resyncs("slow-reader", strategy, Resync.Kind.FULL);
            double demotions = facts.counter("slow-reader", strategy, "demotions");
            if (Double.isNaN(drops) || Double.isNaN(full)) {
                continue;
            }
            String demoted = demotions > 0 ? ", demoted it to the log " + times(demotions) : "";
            parts.add(
                    strategy
                            + " dropped it "
                            + times(drops)
                            + " and gave "
                            + Units.amount(full)
                            + (full == 1 ? " full resync" : " full resyncs")
                            + demoted);
        }
        if (!parts.isEmpty()) {
            all.add(
                    "A replica that reads more slowly than the stream grows: "
                            + String.join("; ", parts)
                            + ".");
        }
    }

    private void laggard(List<String> all) {
        List<String> parts = new ArrayList<>();
        for (String strategy : facts.strategies()) {
            double worst = facts.worst("drop-laggard", strategy, "pinger.response");
            double control = facts.worst("drop-laggard", strategy, "control.response");
            if (!Double.isNaN(worst)) {
                parts.add(
                        strategy
                                + " "
                                + Units.micros(worst)
                                + " (control "
                                + Units.micros(control)
                                + ")");
            }
        }
        if (!parts.isEmpty()) {
            all.add(
                    "The worst PING while a laggard was dropped: "
                            + String.join(", ", parts)
                            + ".");
        }
    }

    private void steady(List<String> all) {
        List<String> parts = new ArrayList<>();
        for (String strategy : facts.strategies()) {
            double p99 = facts.percentile("steady", strategy, "client.response", 99);
            if (!Double.isNaN(p99)) {
                parts.add(strategy + " " + Units.micros(p99));
            }
        }
        if (!parts.isEmpty()) {
            String caveat =
                    run.trials() < 2
                            ? " One repetition has no interval: take these as not distinguishable."
                            : "";
            all.add(
                    "Response time p99 with N = "
                            + facts.replicas("steady")
                            + ": "
                            + String.join(", ", parts)
                            + "."
                            + caveat);
        }
    }

    private long full(String strategy) {
        return facts.resyncsInRun(strategy, Resync.Kind.FULL);
    }

    private static String times(double count) {
        return count == 1 ? "once" : Units.amount(count) + " times";
    }
}
