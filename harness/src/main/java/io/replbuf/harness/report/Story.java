package io.replbuf.harness.report;

import java.util.List;
import java.util.Map;

/**
 * What a scenario is about: the question it answers and what happens in it, in an engineer's words.
 *
 * @param question one sentence
 * @param picture who does what to whom, drawn in characters
 * @param steps what happens and why, in order
 */
record Story(String question, String picture, List<String> steps) {
    private static final Map<String, Story> KNOWN =
            Map.of(
                    "steady",
                    new Story(
                            "What does a strategy cost while nothing goes wrong?",
                            """
                            loader ──SET──▶ primary ══stream══▶ replica 1 … N    all keep up
                            """,
                            List.of(
                                    "Every write enters the stream once. legacy copies it into the backlog's ring and into the queue of each replica;"
                                            + " shared appends it once and gives every replica a cursor; aof-psync does the same and also writes it to its log.",
                                    "With replicas that keep up all three hold little more than the backlog. What differs is processor time: copies per"
                                            + " stream byte, and how many bytes go out with each send call.")),
                    "stall-together",
                    new Story(
                            "What does memory cost when all replicas fall behind at once?",
                            """
                            loader ──SET──▶ primary ══stream══▶ replica 1   ▮▮▮▮▮▮ stop ▮▮▮▮▮▮ ▷▷ catch up
                                                    ══stream══▶   ⋮         ▮▮▮▮▮▮ stop ▮▮▮▮▮▮ ▷▷ catch up
                                                    ══stream══▶ replica N   ▮▮▮▮▮▮ stop ▮▮▮▮▮▮ ▷▷ catch up
                            """,
                            List.of(
                                    "A switch reboots, a rack pauses: every replica stops reading, and all of them will want the same bytes later.",
                                    "legacy keeps those bytes once per replica, B + Σ lag. shared keeps them once, max(B, max lag). aof-psync keeps at"
                                            + " most its window in memory: cursors that fall out of it are demoted and read the log from disk when they resume.",
                                    "This is the case in which sharing gains the full factor N. The next scenario is the other end.")),
                    "stall-independent",
                    new Story(
                            "What is left of that when replicas stall by turns?",
                            """
                            loader ──SET──▶ primary ══stream══▶ replica 1   ▮▮▮ ▷──────────▮▮▮ ▷────
                                                    ══stream══▶ replica 2   ───▮▮▮▮ ▷───────────────
                                                    ══stream══▶ replica N   ──────────▮▮ ▷────▮▮▮ ▷─
                            """,
                            List.of(
                                    "The common case: stalls are rare and have nothing to do with each other. Lags seldom overlap, so their sum is not"
                                            + " much more than their maximum.",
                                    "legacy pays the sum, shared the maximum; the ratio between them goes towards one as overlaps become rare, and the"
                                            + " copies that legacy makes are then a matter of processor time more than of memory.")),
                    "disconnect-sweep",
                    new Story(
                            "How long may a replica be away before it needs everything again?",
                            """
                            replica k   ──────✂ away for the k-th outage length ✂──PSYNC──▶ +CONTINUE, or +FULLRESYNC
                                              |◀── W × outage bytes missed ──▶|   against what is still kept
                            """,
                            List.of(
                                    "A replica that comes back asks for the first byte it lacks. If the primary still has it, the missed bytes are sent;"
                                            + " if not, a snapshot of the whole data set is.",
                                    "The edge is at cover / W: what is kept over the stream's rate. legacy and shared keep the backlog (shared a little more"
                                            + " while some other replica pins it); aof-psync keeps the log on disk as well, so its edge is the log's retention.")),
                    "slow-reader",
                    new Story(
                            "What happens to a replica that can never keep up?",
                            """
                            legacy, shared    lag grows ▶ output limit ▶ killed ▶ PSYNC refused ▶ full resync ▶ killed ▶ full resync refused
                            Redis, Valkey     lag grows ▶ output limit ▶ killed ▶ PSYNC refused ▶ full resync ▶ killed ▶ full resync ▶ …
                            aof-psync         lag grows ▶ leaves the window ▶ demoted to the log ▶ served by sendfile
                            """,
                            List.of(
                                    "One replica reads more slowly than the stream grows. Under legacy and shared its lag reaches the output limit and it is"
                                            + " killed. By then it lacks more than the backlog holds, so its PSYNC is refused and it gets a full resync.",
                                    "The snapshot takes this reader as long as any other bytes, and the stream does not wait: before the snapshot is through,"
                                            + " the lag is at the limit again. A real Redis goes on like that until the reader becomes faster or the"
                                            + " writers pause, and each turn costs a snapshot. Our primary remembers what the first attempt needed and"
                                            + " refuses the next until it can succeed: the reader waits, and costs nothing.",
                                    "Under aof-psync the cursor falls out of the window and reads the log from then on. Nothing is killed and memory stays at"
                                            + " the window; the price is disk, bounded by retention. A reader that stays this slow in the end falls out of"
                                            + " retention too.")),
                    "drop-laggard",
                    new Story(
                            "Does dropping a replica that owes hundreds of megabytes stall everybody else?",
                            """
                            pinger ──PING 1 kHz──▶ primary ══stream══▶ laggard   ▮▮▮ hundreds of MiB behind ▮▮▮ ✂ dropped
                            control ─PING 1 kHz──▶ idle echo process             (what this machine alone costs)
                            """,
                            List.of(
                                    "A replica far behind is torn off. legacy frees its private queue on the command loop, chunk by chunk; shared only moves a"
                                            + " reference and trims a bounded number of blocks per turn; aof-psync holds no more than its window anyway.",
                                    "The pinger sends on a connection and a thread of its own from intended times, so a stall of the command loop shows as a"
                                            + " late answer. The control does the same against a process that does nothing else.")));

    /** The story of a scenario by name; a plain one for a scenario of somebody's own. */
    static Story of(String scenario) {
        Story exact = KNOWN.get(scenario);
        if (exact != null) {
            return exact;
        }
        // A longer name is a variant (stall-together-n): the longest name that it begins with tells
        // what it varies.
        String best = "";
        for (String name : KNOWN.keySet()) {
            best = scenario.startsWith(name) && name.length() > best.length() ? name : best;
        }
        return best.isEmpty()
                ? new Story("Scenario " + scenario + ".", "", List.of())
                : KNOWN.get(best);
    }
}
