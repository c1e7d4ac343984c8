package io.replbuf.harness.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The recommendation, each with its condition, from what the run measured: the leanest strategy without files, the one with files that
 * bridged more outages, and those that another one beats at memory.
 */
final class Advice {
    /** A strategy that holds this much more than another without bridging more is no choice. */
    private static final double WORSE = 1.1;

    private final Facts facts;

    Advice(Facts facts) {
        this.facts = facts;
    }

    List<Claim> claims() {
        List<Claim> all = new ArrayList<>();
        String lean = leanest();
        if (lean == null) {
            return all;
        }
        all.add(Claim.words().say("No disk to give: " + lean + ".").claim("advice.memory"));
        facts.ours().stream()
                .filter(strategy -> hasFiles(strategy) && bridgesMore(strategy, lean))
                .forEach(strategy -> all.add(disk(strategy, lean)));
        for (String strategy : facts.ours()) {
            if (!hasFiles(strategy) && isBeaten(strategy, lean)) {
                String use = Definitions.imitates(strategy);
                all.add(
                        Claim.words()
                                .say(strategy + ": ")
                                .say(
                                        use.isEmpty()
                                                ? "for no reason that this run measured"
                                                : "only to reproduce " + use)
                                .say("; the same replicas cost it ")
                                .state(
                                        "advice.factor." + strategy,
                                        facts.peak(Findings.TOGETHER, strategy)
                                                / facts.peak(Findings.TOGETHER, lean),
                                        Units.times(
                                                facts.peak(Findings.TOGETHER, strategy)
                                                        / facts.peak(Findings.TOGETHER, lean)),
                                        facts.mark(Findings.TOGETHER, strategy))
                                .say(" the memory of " + lean + ".")
                                .claim("advice." + strategy));
            }
        }
        return all;
    }

    private Claim disk(String strategy, String lean) {
        Claim.Words words =
                Claim.words()
                        .say(
                                "Outages longer than backlog ÷ rate, or memory that must not follow the lag: "
                                        + strategy
                                        + ". Its price is the disk");
        double ratio =
                facts.median(Findings.STEADY, strategy, Cpu::secondsPerGigabyte)
                        / facts.median(Findings.STEADY, lean, Cpu::secondsPerGigabyte);
        if (Double.isFinite(ratio)) {
            words.say(" and ")
                    .state(
                            "advice.cpu." + strategy,
                            ratio,
                            Units.times(ratio),
                            facts.mark(Findings.STEADY, strategy))
                    .say(
                            " the processor time per GB sent ("
                                    + Findings.STEADY
                                    + ", compilers apart)");
        }
        return words.say(".").claim("advice.disk");
    }

    private String leanest() {
        return facts.ours().stream()
                .filter(s -> !hasFiles(s) && !Double.isNaN(facts.peak(Findings.TOGETHER, s)))
                .min(Comparator.comparingDouble(s -> facts.peak(Findings.TOGETHER, s)))
                .orElse(null);
    }

    private boolean hasFiles(String strategy) {
        return facts.peakDisk(strategy) > 0;
    }

    private boolean bridgesMore(String strategy, String lean) {
        return facts.resyncs(Findings.SWEEP, strategy, Resync.Kind.FULL)
                < facts.resyncs(Findings.SWEEP, lean, Resync.Kind.FULL);
    }

    private boolean isBeaten(String strategy, String lean) {
        return !strategy.equals(lean)
                && facts.peak(Findings.TOGETHER, strategy)
                        > WORSE * facts.peak(Findings.TOGETHER, lean);
    }
}
