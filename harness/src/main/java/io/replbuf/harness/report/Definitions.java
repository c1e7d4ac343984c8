package io.replbuf.harness.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What each arm of a run is, in one line. */
final class Definitions {
    private static final Map<String, String> KNOWN =
            Map.of(
                    "legacy",
                    "Redis up to 6.2: a ring for the backlog, and a private copy of the stream in the queue of each replica; memory backlog + Σ lag.",
                    "shared",
                    "Redis 7.0: one chain of blocks under the backlog and all replicas; memory max(backlog, longest lag).",
                    "aof-psync",
                    "a window in memory over an append-only log on disk; a replica that falls out of the window goes on from the log.");

    private static final Map<String, String> IMITATES =
            Map.of("legacy", "Redis 6.2", "shared", "Redis 7.0");

    private Definitions() {}

    /** The server that a strategy imitates; empty where it imitates none. */
    static String imitates(String strategy) {
        return IMITATES.getOrDefault(strategy, "");
    }

    /** Name and definition of each arm, in the order of the tables. */
    static List<List<String>> of(Run run) {
        List<List<String>> all = new ArrayList<>();
        for (String arm : run.strategies()) {
            all.add(List.of(arm, definition(run, arm)));
        }
        return all;
    }

    private static String definition(Run run, String arm) {
        if (PeerFigures.isPeer(arm)) {
            return "the real server, under the same replicas and faults.";
        }
        String strategy =
                run.cells().stream()
                        .filter(cell -> cell.strategy().equals(arm))
                        .map(cell -> cell.result.config().getOrDefault("repl-buffer-strategy", arm))
                        .findFirst()
                        .orElse(arm);
        if (AaPair.isAgain(arm)) {
            return strategy + " once more: what differs between the two is noise.";
        }
        String known = KNOWN.getOrDefault(strategy, "a strategy that this report does not know.");
        return strategy.equals(arm) ? known : strategy + " with options of its own.";
    }
}
