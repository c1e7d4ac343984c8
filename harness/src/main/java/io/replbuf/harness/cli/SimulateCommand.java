package io.replbuf.harness.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.harness.simulation.Fault;
import io.replbuf.harness.simulation.Outcome;
import io.replbuf.harness.simulation.Simulation;
import io.replbuf.harness.simulation.SimulationFailure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code replbuf simulate}: strategies under a virtual clock, against everything that a seed thinks of. */
@Command(
        name = "simulate",
        description =
                "Runs strategies in virtual time, with simulated replicas, links and disk, in an order that a seed chooses, and"
                        + " checks every byte and every number after each step.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  replbuf simulate                                       1000 short lives of each strategy",
            "  replbuf simulate --strategy shared --seed 1234         one of them again",
            "  replbuf simulate --strategy shared --seed 1234 --steps 800 --trace",
            "  replbuf simulate --strategy aof-psync --seed 7 --without CRASH --without CUT",
            "  replbuf simulate --day                                 24 h of 200 replicas",
            "",
            "Exit status: 0 nothing was wrong, 1 something was, 2 the command line cannot be used."
        })
final class SimulateCommand implements Callable<Integer> {
    private static final long PROGRESS_NANOS = 2_000_000_000L;

    @Spec private CommandSpec spec;

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            description = "one or several; all by default")
    private List<String> strategies = new ArrayList<>();

    @Option(
            names = "--strategy-path",
            paramLabel = "JAR",
            description =
                    "a jar, or a folder with jars, of strategies that are not ours; repeatable")
    private List<String> strategyPath = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "runs this seed alone, or with --runs this one and the next")
    private Long seed;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "short lives of each strategy; 1000, or 1 with --seed")
    private Integer runs;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "the mishaps end after so many steps, to find the first that goes wrong")
    private long steps = Long.MAX_VALUE;

    @Option(
            names = "--without",
            paramLabel = "FAULT",
            description = "leaves these out, of: ${COMPLETION-CANDIDATES}")
    private List<Fault> without = new ArrayList<>();

    @Option(names = "--trace", description = "prints every event")
    private boolean trace;

    @Option(names = "--day", description = "one long run of many replicas instead")
    private boolean day;

    @Option(
            names = "--replicas",
            defaultValue = "200",
            paramLabel = "N",
            description = "of a long run, ${DEFAULT-VALUE} by default")
    private int replicas;

    @Option(
            names = "--hours",
            defaultValue = "24",
            paramLabel = "N",
            description = "of virtual time of a long run, ${DEFAULT-VALUE} by default")
    private int hours;

    private long toldNanos;

    @Override
    public Integer call() {
        atLeastOne("--replicas", replicas);
        atLeastOne("--hours", hours);
        atLeastOne("--steps", steps);
        atLeastOne("--runs", runs == null ? 1 : runs);
        // Freed memory is overwritten, so that whoever still reads it is found out.
        System.setProperty("replbuf.poison", "true");
        // What the disk of a simulation does to the log is no news.
        if (LoggerFactory.getLogger("io.replbuf.log") instanceof Logger log) {
            log.setLevel(Level.OFF);
        }
        PrintWriter console = spec.commandLine().getOut();
        KnownStrategies known = new KnownStrategies(strategyPath);
        List<String> names = strategies.isEmpty() ? List.copyOf(known.names()) : strategies;
        List<ReplicationBufferFactory> factories = names.stream().map(known::named).toList();
        boolean failed = false;
        for (ReplicationBufferFactory factory : factories) {
            failed |= !simulate(factory, console);
        }
        return failed ? ExitCode.FAILED : ExitCode.OK;
    }

    private static void atLeastOne(String option, long value) {
        if (value < 1) {
            throw new UsageException(option + ": " + value + " (expected: >= 1)");
        }
    }

    private boolean simulate(ReplicationBufferFactory factory, PrintWriter console) {
        String strategy = factory.name();
        long start = System.nanoTime();
        try (Simulation simulation = new Simulation(factory)) {
            if (trace) {
                simulation.trace(console::println);
            }
            Outcome outcome = day ? runDay(simulation, console) : runLives(simulation, console);
            print(console, strategy, outcome, Duration.ofNanos(System.nanoTime() - start));
            return true;
        } catch (SimulationFailure wrong) {
            console.println(strategy + ": " + wrong.getMessage());
            console.flush();
            return false;
        }
    }

    private Outcome runDay(Simulation simulation, PrintWriter console) {
        simulation.watch(seen -> tell(console, seen.done(), seen.steps() + " steps"));
        return simulation.day(seed == null ? 1 : seed, replicas, hours);
    }

    private Outcome runLives(Simulation simulation, PrintWriter console) {
        long first = seed == null ? 1 : seed;
        int count = runs != null ? runs : seed == null ? 1000 : 1;
        Outcome sum = null;
        for (int i = 0; i < count; i++) {
            Outcome outcome = simulation.run(first + i, steps, without);
            sum = sum == null ? outcome : sum.plus(outcome);
            tell(console, (i + 1.0) / count, (i + 1) + " lives");
        }
        return sum;
    }

    private void tell(PrintWriter console, double done, String what) {
        long now = System.nanoTime();
        if (toldNanos == 0 || now - toldNanos < PROGRESS_NANOS) {
            toldNanos = toldNanos == 0 ? now : toldNanos;
            return;
        }
        toldNanos = now;
        console.printf(Locale.ROOT, "  %3.0f %%  %s%n", 100 * done, what);
        console.flush();
    }

    private static void print(
            PrintWriter console, String strategy, Outcome outcome, Duration wall) {
        console.printf(
                Locale.ROOT,
                "%s: nothing wrong in %s of virtual time, %s steps, %s fed, %s compared, in %s%n",
                strategy,
                Texts.time(outcome.virtualTime()),
                Texts.count(outcome.steps()),
                Texts.bytes(outcome.fedBytes()),
                Texts.bytes(outcome.verifiedBytes()),
                Texts.time(wall));
        console.printf(
                "  full resyncs: %d first, %d not kept any more, %d of another history (%d ahead after a crash); %d waited for the log's sync%n",
                outcome.firstResyncs(),
                outcome.notKeptResyncs(),
                outcome.foreignResyncs(),
                outcome.aheadRefusals(),
                outcome.heldSnapshots());
        console.printf(
                "  partial resyncs: %d from memory, %d from the log; demotions %d, hand-offs %d%n",
                outcome.memoryResyncs(),
                outcome.logResyncs(),
                outcome.demotions(),
                outcome.handOffs());
        console.printf(
                "  cuts %d, of them by limits %d, for want of memory %d, places lost %d; crashes %d, restarts %d, log stops %d%n",
                outcome.cuts(),
                outcome.limitKills(),
                outcome.memoryWants(),
                outcome.brokenPlaces(),
                outcome.crashes(),
                outcome.restarts(),
                outcome.logStops());
        console.printf(
                "  peak memory %s (%s); digest %016x%n",
                Texts.bytes(outcome.peakRetainedBytes()),
                outcome.peakBoundBytes() == 0
                        ? "no model of it to hold it to"
                        : "largest bound of the model " + Texts.bytes(outcome.peakBoundBytes()),
                outcome.digest());
        console.flush();
    }
}
