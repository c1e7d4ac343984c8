package io.replbuf.harness.scenario;

import io.replbuf.harness.scenario.FaultEvent.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Turns faults into events.
 *
 * <p>First every fault draws its strikes, from streams of its own. Then, for each replica and separately for its connection and
 * its reader, strikes are taken in time order, and one that would begin while another lasts is left out: what is away cannot be
 * disconnected. What still lasts when the load stops is healed there, as "heal", so that the list says everything that happens.
 */
final class FaultCompiler {
    static final int EVENTS_MAX = 1_000_000;

    private static final long NEVER = Long.MAX_VALUE;

    private final Scenario scenario;
    private final long seed;
    private final Map<String, Cell.PhaseSpan> spans = new HashMap<>();
    private final long endMillis;
    private final List<Strike> strikes = new ArrayList<>();
    private final List<FaultEvent> events = new ArrayList<>();

    private FaultCompiler(
            Scenario scenario, long seed, List<Cell.PhaseSpan> spans, long endMillis) {
        this.scenario = scenario;
        this.seed = seed;
        this.endMillis = endMillis;
        spans.forEach(span -> this.spans.put(span.phase().name(), span));
    }

    /**
     * All events of a cell, sorted.
     *
     * @param endMillis when the load stops and everything is healed
     */
    static List<FaultEvent> compile(
            Scenario scenario, long seed, List<Cell.PhaseSpan> spans, long endMillis) {
        FaultCompiler compiler = new FaultCompiler(scenario, seed, spans, endMillis);
        scenario.faults().forEach(compiler::strike);
        compiler.settle();
        return compiler.events.stream().sorted().toList();
    }

    /** Replicas that are not there when the cell begins, because their first connection is a JOIN. */
    static Set<Integer> absentAtStart(List<FaultEvent> events) {
        Set<Integer> absent = new HashSet<>();
        Set<Integer> seen = new HashSet<>();
        for (FaultEvent event : events) {
            boolean first =
                    event.action() != Action.PAUSE_READER
                            && event.action() != Action.SLOW_READER
                            && event.action() != Action.RESUME_READER
                            && seen.add(event.replica());
            if (first && event.action() == Action.JOIN) {
                absent.add(event.replica());
            }
        }
        return absent;
    }

    /** One replica under one fault for one time. */
    private record Strike(Fault fault, int replica, long startMillis, long endMillis) {
        Duration planned() {
            return endMillis == NEVER ? null : Duration.ofMillis(endMillis - startMillis);
        }
    }

    private void strike(Fault fault) {
        Cell.PhaseSpan span = fault.phase() == null ? null : spans.get(fault.phase());
        long from = span == null ? 0 : span.startMillis();
        long to = span == null ? endMillis : span.endMillis();
        int[] candidates = candidates(fault);
        String name = "fault:" + fault.name();
        SeedStream common = SeedStream.named(seed, name);
        if (fault.correlated()) {
            series(fault, from, to, common, candidates, true);
            return;
        }
        for (int replica : chosen(fault, candidates, common)) {
            series(
                    fault,
                    from,
                    to,
                    SeedStream.named(seed, name + ":" + replica),
                    new int[] {replica},
                    false);
        }
    }

    private void series(
            Fault fault, long from, long to, SeedStream stream, int[] candidates, boolean choose) {
        long at = from + first(fault, stream);
        for (int n = 0; at < to && (fault.count() == null || n < fault.count()); n++) {
            int[] struck = choose ? chosen(fault, candidates, stream) : candidates;
            List<Draw> draws = fault.duration() == null ? List.of() : fault.duration().draws();
            if (draws.size() > 1
                    && draws.size() != fault.replicas().indexes().size()
                    && draws.size() != candidates.length) {
                throw new ScenarioException(
                        scenario.name()
                                + ": for: "
                                + draws.size()
                                + " times in fault "
                                + fault.name()
                                + " (expected: one, or one for each of its replicas)");
            }
            long shared = draws.size() == 1 ? millis(draws.get(0), stream) : 0;
            for (int i = 0; i < struck.length; i++) {
                long lasts =
                        draws.size() > 1
                                ? millis(draws.get(place(fault, candidates, struck[i])), stream)
                                : shared;
                add(new Strike(fault, struck[i], at, draws.isEmpty() ? NEVER : at + lasts));
            }
            if (fault.every() == null) {
                return;
            }
            at += millis(fault.every(), stream);
        }
    }

    private static long first(Fault fault, SeedStream stream) {
        if (fault.at() != null) {
            return fault.at().toMillis();
        }
        return fault.every() == null ? 0 : millis(fault.every(), stream);
    }

    /** Which entry of a list of durations is this replica's: by its place in the fault's own list, or else in the group. */
    private static int place(Fault fault, int[] candidates, int replica) {
        List<Integer> indexes = fault.replicas().indexes();
        return indexes.isEmpty()
                ? IntStream.range(0, candidates.length)
                        .filter(i -> candidates[i] == replica)
                        .findFirst()
                        .orElseThrow()
                : indexes.indexOf(replica);
    }

    private int[] candidates(Fault fault) {
        if (fault.replicas().mode() == Selection.Mode.INDEXES) {
            return fault.replicas().indexes().stream().mapToInt(Integer::intValue).toArray();
        }
        int[] all = ReplicaPlans.indexes(scenario.replicas(), fault.group());
        if (all.length == 0) {
            throw new ScenarioException(
                    scenario.name()
                            + ": replicas: none for fault "
                            + fault.name()
                            + " (expected: at least one)");
        }
        return all;
    }

    private static int[] chosen(Fault fault, int[] candidates, SeedStream stream) {
        Selection selection = fault.replicas();
        if (selection.share() == null) {
            return candidates;
        }
        int wanted = Math.min(selection.share().pick(candidates.length), candidates.length);
        int[] shuffled = candidates.clone();
        for (int i = 0; i < wanted; i++) {
            int j = i + stream.nextInt(shuffled.length - i);
            int swapped = shuffled[i];
            shuffled[i] = shuffled[j];
            shuffled[j] = swapped;
        }
        return IntStream.range(0, wanted).map(i -> shuffled[i]).sorted().toArray();
    }

    /** A drawn time in whole milliseconds, at least one, so that every series ends. */
    private static long millis(Draw draw, SeedStream stream) {
        return Math.max(1, Math.round(draw.next(stream).toNanos() / 1e6));
    }

    private void add(Strike strike) {
        if (strikes.size() >= EVENTS_MAX / 2) {
            throw new ScenarioException(
                    scenario.name()
                            + ": fault "
                            + strike.fault.name()
                            + " makes too many events (expected: at most "
                            + EVENTS_MAX
                            + " in all)");
        }
        strikes.add(strike);
    }

    private void settle() {
        strikes.sort(
                Comparator.comparingLong(Strike::startMillis).thenComparingInt(Strike::replica));
        Map<Integer, Long> connectionFree = new HashMap<>();
        Map<Integer, Long> readerFree = new HashMap<>();
        for (Strike strike : strikes) {
            if (strike.fault.verb() == Fault.Verb.JOIN) {
                connectionFree.merge(strike.replica, strike.startMillis, Math::min);
            }
        }
        Set<Integer> joined = new HashSet<>();
        for (Strike strike : strikes) {
            if (strike.fault.verb() == Fault.Verb.JOIN) {
                if (joined.add(strike.replica)) {
                    emit(strike);
                    connectionFree.put(strike.replica, strike.startMillis + 1);
                }
                continue;
            }
            Map<Integer, Long> free =
                    switch (strike.fault.verb()) {
                        case PAUSE_READER, SLOW_READER -> readerFree;
                        default -> connectionFree;
                    };
            if (strike.startMillis >= free.getOrDefault(strike.replica, Long.MIN_VALUE)) {
                free.put(strike.replica, strike.endMillis);
                emit(strike);
            }
        }
    }

    private void emit(Strike strike) {
        Fault fault = strike.fault;
        switch (fault.verb()) {
            case DISCONNECT -> pair(strike, Action.DISCONNECT, Action.CONNECT);
            case RESET_PEER -> pair(strike, Action.RESET_PEER, Action.CONNECT);
            case PAUSE_READER -> pair(strike, Action.PAUSE_READER, Action.RESUME_READER);
            case SLOW_READER -> pair(strike, Action.SLOW_READER, Action.RESUME_READER);
            case LEAVE -> {
                event(strike.startMillis, strike, Action.LEAVE, fault.name());
                if (strike.endMillis != NEVER) {
                    end(strike, Action.JOIN);
                }
            }
            case JOIN -> {
                event(strike.startMillis, strike, Action.JOIN, fault.name());
                if (strike.endMillis < endMillis) {
                    event(strike.endMillis, strike, Action.LEAVE, fault.name());
                }
            }
        }
    }

    private void pair(Strike strike, Action begin, Action end) {
        event(strike.startMillis, strike, begin, strike.fault.name());
        end(strike, end);
    }

    /** The end of a strike: its own when that comes in time, else the general healing. */
    private void end(Strike strike, Action action) {
        if (strike.endMillis < endMillis) {
            event(strike.endMillis, strike, action, strike.fault.name());
        } else {
            event(endMillis, strike, action, "heal");
        }
    }

    private void event(long atMillis, Strike strike, Action action, String cause) {
        boolean begins = atMillis == strike.startMillis;
        boolean slow = action == Action.SLOW_READER;
        events.add(
                new FaultEvent(
                        atMillis,
                        strike.replica,
                        action,
                        begins ? strike.planned() : null,
                        slow ? strike.fault.rateBytesPerSecond() : null,
                        cause));
    }
}
