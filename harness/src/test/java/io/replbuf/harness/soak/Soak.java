package io.replbuf.harness.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.interop.RedisBinary;
import io.replbuf.harness.soak.ResyncModel.Life;
import io.replbuf.harness.soak.ResyncModel.Verdict;
import io.replbuf.harness.soak.SoakedEngine.Setup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One strategy's soak: phases of {@link Chaos} under writes, each followed by quiet in which everything is checked.
 *
 * <ul>
 *   <li>Every replica is back, has every byte, and the same data: equal offsets and digests.
 *   <li>Each full resync has a reason by Redis' rules ({@link ResyncModel}), from the replica's own words; the primary counted the same
 *       causes. A replica asks for no more full resyncs than it was disrupted.
 *   <li>The strategy holds what it holds for replicas that have everything, the process what it held in its first quiet, or little more.
 *   <li>No thread has met an exception.
 * </ul>
 */
final class Soak implements AutoCloseable {
    private static final Duration PHASE = Duration.ofSeconds(30);
    private static final Duration QUIET_PATIENCE = Duration.ofSeconds(90);
    private static final Duration LOOKS = Duration.ofMillis(200);

    /** Over the first quiet's: two extents, a heap that has grown to its limit, what malloc keeps. */
    private static final long RESIDENT_GROWTH_MAX = 256 << 20;

    private final Setup setup;
    private final Random random;
    private final long begun = System.nanoTime();
    private final Path story;
    private final SoakedEngine engine;
    private final List<FleetReplica> replicas = new ArrayList<>();
    private final Map<Verdict, Integer> fulls = new EnumMap<>(Verdict.class);

    /** Of the present life: what replicas say that it refused, for which reason, and requests whose answer they did not see. */
    private final Map<Verdict, Integer> fullsOfLife = new EnumMap<>(Verdict.class);

    private Life counted;
    private int unansweredOfLife;
    private int partials;
    private int phases;
    private long firstResidentBytes = -1;
    private long lastResidentBytes;

    Soak(Setup setup, List<RedisBinary> binaries, long seed, Path dir) throws Exception {
        this.setup = setup;
        random = new Random(seed);
        story =
                Files.createDirectories(Path.of("target"))
                        .resolve("soak-" + setup.strategy + ".txt");
        Files.deleteIfExists(story);
        engine = new SoakedEngine(setup, dir);
        engine.start();
        for (RedisBinary binary : binaries) {
            replicas.add(
                    new FleetReplica(
                            binary, dir.resolve("replica-" + binary.name()), engine.port()));
        }
    }

    /** Plays whole phases for at least this long. */
    void play(Duration length) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        for (FleetReplica replica : replicas) {
            replica.start();
        }
        Chaos chaos = new Chaos(random.nextLong(), engine, replicas, this::tell, this::takeStock);
        try {
            awaitEqual();
            while (phases == 0 || System.nanoTime() < end) {
                phases++;
                tell("phase " + phases);
                RestlessWriter writer = RestlessWriter.start(engine, random.nextLong());
                try {
                    chaos.play(PHASE);
                    chaos.settle();
                } finally {
                    writer.close();
                }
                awaitEqual();
                takeStock();
                checkMemory();
                checkThreads();
            }
        } catch (ConditionTimeoutException | AssertionError | IllegalStateException e) {
            throw new AssertionError(e.getMessage() + "\n" + lastWords(), e);
        }
    }

    /** What it came to, in a line. */
    String outcome() {
        return String.format(
                "%-9s  %d phases, %d s, %d partial resyncs, full ones %s, RSS %d then %d MiB",
                setup.strategy,
                phases,
                (System.nanoTime() - begun) / 1_000_000_000,
                partials,
                fulls,
                firstResidentBytes >> 20,
                lastResidentBytes >> 20);
    }

    // ---- checks ----

    /** Nobody writes, but expiry and PINGs go on: so all is compared until one look finds everything equal. */
    private void awaitEqual() {
        List<String> last = new ArrayList<>();
        try {
            Awaitility.await()
                    .atMost(QUIET_PATIENCE)
                    .pollInterval(LOOKS)
                    .until(
                            () -> {
                                last.clear();
                                return isEqual(last);
                            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not equal within " + QUIET_PATIENCE + ": " + last, e);
        }
    }

    private boolean isEqual(List<String> differences) {
        long offset = Info.number(engine.info(), "master_repl_offset");
        for (FleetReplica replica : replicas) {
            long theirs = replica.offset();
            if (theirs != offset) {
                differences.add(replica + " is at " + theirs + " of " + offset);
            }
        }
        if (!differences.isEmpty()) {
            return false;
        }
        String digest = engine.digest();
        for (FleetReplica replica : replicas) {
            if (!replica.digest().equals(digest)) {
                differences.add(replica + " has other data at " + offset);
            }
        }
        return differences.isEmpty();
    }

    /** Judges what replicas report since the last time, and compares the sum with the primary's of this life. */
    private void takeStock() {
        if (counted != engine.life()) {
            counted = engine.life();
            fullsOfLife.clear();
            unansweredOfLife = 0;
        }
        int waiting = 0;
        try {
            for (FleetReplica replica : replicas) {
                SyncLog.News news = replica.news();
                unansweredOfLife += news.unanswered();
                waiting += news.waiting() ? 1 : 0;
                for (SyncLog.Sync sync : news.syncs()) {
                    judge(replica, sync);
                }
                assertThat(replica.asked)
                        .as("full resyncs that %s asked for: one, and one a disruption", replica)
                        .isLessThanOrEqualTo(1 + replica.disruptions);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        compareCauses(unansweredOfLife + waiting);
    }

    private void judge(FleetReplica replica, SyncLog.Sync sync) {
        if (!sync.full()) {
            partials++;
            return;
        }
        Life life = engine.life(sync.fullReplid());
        assertThat(life).as("%s was given history %s", replica, sync.fullReplid()).isNotNull();
        Verdict verdict = ResyncModel.judge(life, sync.request(), sync.cut());
        tell(replica + " " + verdict + " " + sync);
        fulls.merge(verdict, 1, Integer::sum);
        if (life == engine.life()) {
            fullsOfLife.merge(verdict, 1, Integer::sum);
        }
        if (verdict == Verdict.ASKED) {
            replica.asked++;
        }
        assertThat(verdict)
                .as("%s had a full resync: %s of %s", replica, sync, life)
                .isNotEqualTo(Verdict.OWED);
    }

    /** The primary's causes of this life are what the replicas saw, but for answers that no replica lived to see. */
    private void compareCauses(int unseen) {
        Map<String, Long> causes = Info.counts(Info.field(engine.info(), "repl_full_resyncs"));
        long asked = causes.remove("first");
        long foreign = causes.remove("foreign");
        long ahead = causes.remove("ahead");
        long notHeld = causes.values().stream().mapToLong(Long::longValue).sum();
        compare(Verdict.ASKED, asked, unseen);
        compare(Verdict.FOREIGN, foreign, unseen);
        compare(Verdict.AHEAD, ahead, unseen);
        compare(Verdict.NOT_HELD, notHeld, unseen);
    }

    private void compare(Verdict verdict, long counted, int unseen) {
        long seen = fullsOfLife.getOrDefault(verdict, 0);
        assertThat(counted)
                .as("full resyncs that the primary counts as %s; replicas saw %d", verdict, seen)
                .isBetween(seen, seen + unseen);
    }

    private void checkMemory() throws IOException {
        Awaitility.await("the strategy's memory back at its level: " + setup.quietBytesMax())
                .atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                Info.number(engine.info(), "repl_buffer_retained_bytes")
                                        <= setup.quietBytesMax());
        String info = engine.info();
        assertThat(Info.number(info, "repl_buffer_retired_bytes")).isZero();
        assertThat(Info.number(info, "connected_slaves")).isEqualTo(replicas.size());
        lastResidentBytes = engine.residentBytes();
        if (firstResidentBytes < 0) {
            firstResidentBytes = lastResidentBytes;
        }
        assertThat(lastResidentBytes)
                .as("resident bytes; in the first quiet %d", firstResidentBytes)
                .isLessThan(firstResidentBytes + RESIDENT_GROWTH_MAX);
    }

    private void checkThreads() throws IOException {
        assertThat(Info.number(engine.info(), "repl_buffer_task_failures")).isZero();
        assertThat(engine.log()).doesNotContain("Exception", "java.lang.", "Error:");
    }

    // ---- the story, also of a run that goes well ----

    private void tell(String line) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        try {
            Files.writeString(
                    story,
                    String.format("%8.3f %s%n", seconds, line),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(story);
        StringBuilder words =
                new StringBuilder("The story, ").append(story.toAbsolutePath()).append(", ends:\n");
        lines.subList(Math.max(0, lines.size() - 60), lines.size())
                .forEach(line -> words.append(line).append('\n'));
        words.append("\nThe engine's log:\n").append(engine.logTail());
        for (FleetReplica replica : replicas) {
            words.append("\nThe log of ").append(replica).append(":\n").append(replica.logTail());
        }
        return words.toString();
    }

    @Override
    public void close() {
        replicas.forEach(FleetReplica::close);
        engine.close();
    }
}
