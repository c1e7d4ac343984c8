package io.replbuf.harness.crash;

import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.EnvironmentCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Kills an engine with SIGKILL at random moments, in one folder, while clients write, replicas follow and the log is rewritten,
 * and holds each next life against what the one before had promised.
 *
 * <ul>
 *   <li>What is found is a prefix of what each writer sent, with no half transaction, and nothing that was acknowledged is
 *       missing, under any {@code appendfsync}: a reply leaves when the log's file has the write.
 *   <li>A replica that is not ahead of the log's end continues partially, one that is ahead does not; the rule is {@code
 *       second_repl_offset}.
 *   <li>The old history, asked for from a random place, is sent byte for byte as it was sent before.
 *   <li>A real redis-server, if there is one, ends each life with the engine's DEBUG DIGEST.
 * </ul>
 *
 * SIGKILL does not lose what the operating system has taken; the engine's PowerLossTest takes that away, too.
 *
 * <pre>
 *   mvn test -Psoak -pl harness -am -Dtest=CrashTest -Dsurefire.failIfNoSpecifiedTests=false -Dreplbuf.kills=200 \
 *       -Dreplbuf.crash.report=results/reference-crash/kills.md
 * </pre>
 */
final class CrashRun {
    private static final List<String> WRITERS = List.of("a", "b", "c");
    private static final int LIFE_MILLIS_MIN = 30;
    private static final int LIFE_MILLIS_RANDOM = 500;
    private static final Duration REPLICA_PATIENCE = Duration.ofSeconds(30);

    private final String policy;
    private final Random random;
    private final long seed;
    private final CrashCounts counts;

    /** Of each writer, the last number that was found. */
    private final long[] found = new long[WRITERS.size()];

    CrashRun(String policy, long seed) {
        this.policy = policy;
        this.seed = seed;
        this.random = new Random(seed);
        this.counts = new CrashCounts(policy);
    }

    /**
     * @param real a redis-server's binary, null to go without
     * @throws IllegalStateException if a promise was broken; names it and the seed
     */
    CrashCounts run(int kills, Path real) throws Exception {
        Path dir = Files.createTempDirectory("replbuf-crash");
        List<String> directives = new ArrayList<>();
        Map.of(
                        "repl-buffer-strategy", "aof-psync",
                        "appendonly", "yes",
                        "appendfsync", policy,
                        "save", "",
                        "repl-log-segment-size", "256kb",
                        "auto-aof-rewrite-min-size", "3mb",
                        "repl-diskless-sync-delay", "0",
                        "loglevel", "notice")
                .forEach((name, value) -> directives.addAll(List.of("--" + name, value)));
        try (EngineProcess engine = new EngineProcess(dir, directives)) {
            engine.start();
            RecordingReplica recording = new RecordingReplica(engine.port);
            recording.resume();
            try (FollowingRedis redis = FollowingRedis.start(real, engine.port)) {
                redis.awaitLink(REPLICA_PATIENCE);
                for (int kill = 1; kill <= kills; kill++) {
                    live(engine, recording, redis);
                }
            } catch (Exception | AssertionError e) {
                throw new IllegalStateException(
                        "appendfsync "
                                + policy
                                + ", kill "
                                + (counts.kills + 1)
                                + ", seed "
                                + seed
                                + ": "
                                + e
                                + "\n"
                                + engine.logTail(),
                        e);
            }
        } finally {
            delete(dir);
        }
        return counts;
    }

    /** One life up to its death, and the beginning of the next. */
    private void live(EngineProcess engine, RecordingReplica recording, FollowingRedis redis)
            throws Exception {
        List<NumberedWriter> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS.size(); i++) {
            writers.add(new NumberedWriter(WRITERS.get(i), found[i], engine));
        }
        LockSupport.parkNanos(1_000_000L * (LIFE_MILLIS_MIN + random.nextInt(LIFE_MILLIS_RANDOM)));
        if (random.nextInt(4) == 0) {
            try (Jedis jedis = engine.client()) {
                jedis.bgrewriteaof();
            } catch (JedisDataException e) {
                require(e.getMessage().endsWith("already in progress"), e.getMessage());
            }
            LockSupport.parkNanos(1_000_000L * random.nextInt(50));
        }
        long rewrites = info(engine, "aof_rewrites");
        engine.kill();
        for (NumberedWriter writer : writers) {
            writer.join();
        }
        recording.join();
        long redisNext = redis.nextAfterLoss();
        String oldReplid = recording.replid();
        long oldNext = recording.next();
        engine.start();
        counts.kills++;
        counts.rewrites += rewrites;
        try (Jedis jedis = engine.client()) {
            checkData(jedis, writers);
            long second = info(engine, "second_repl_offset");
            require(
                    field(jedis, "master_replid2").equals(oldReplid),
                    "replid2 is " + field(jedis, "master_replid2") + ", expected " + oldReplid);
            checkProbe(recording, Math.min(oldNext, second));
            checkResync(recording.resume(), oldNext, second, "recording replica");
            if (redis.isThere()) {
                redis.awaitLink(REPLICA_PATIENCE);
                checkResync(redis.continued(), redisNext, second, "redis-server");
                redis.awaitDigest(jedis, REPLICA_PATIENCE);
            }
        }
    }

    private void checkData(Jedis jedis, List<NumberedWriter> writers) {
        for (int i = 0; i < writers.size(); i++) {
            NumberedWriter writer = writers.get(i);
            long last = writer.check(jedis);
            require(
                    last <= writer.sent(),
                    "found " + last + " of writer " + WRITERS.get(i) + ", sent " + writer.sent());
            long lost = Math.max(0, writer.acknowledged() - last);
            require(lost == 0, lost + " acknowledged writes lost of writer " + WRITERS.get(i));
            counts.acknowledged += writer.acknowledged() - found[i];
            counts.acknowledgedLost += lost;
            counts.foundBeyond += Math.max(0, last - writer.acknowledged());
            found[i] = last;
        }
    }

    /** Both histories have what lies before {@code to}. */
    private void checkProbe(RecordingReplica recording, long to) throws IOException {
        long bytes = to - recording.startOffset();
        if (bytes <= 0) {
            return;
        }
        long from = to - (long) (random.nextDouble() * Math.min(bytes, 4 << 20));
        String problem = recording.probe(from, to);
        require(problem == null, problem);
        counts.comparedBytes += to - from;
    }

    private void checkResync(boolean continued, long next, long second, String who) {
        boolean may = next <= second;
        require(
                continued == may,
                who
                        + (continued ? " continued" : " did a full resync")
                        + " from "
                        + next
                        + " with second_repl_offset "
                        + second);
        if (continued) {
            counts.partial++;
        } else {
            counts.fullAhead++;
        }
    }

    private static long info(EngineProcess engine, String field) {
        try (Jedis jedis = engine.client()) {
            return Long.parseLong(field(jedis, field));
        }
    }

    static String field(Jedis jedis, String name) {
        Properties fields = new Properties();
        jedis.info()
                .lines()
                .filter(line -> line.indexOf(':') > 0)
                .forEach(
                        line ->
                                fields.setProperty(
                                        line.substring(0, line.indexOf(':')),
                                        line.substring(line.indexOf(':') + 1).strip()));
        return fields.getProperty(name);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    /** Writes the table, and where it was made. */
    static void report(Path file, List<CrashCounts> all, long seed) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("# kill -9 at random moments, three writers, two replicas, rewrites\n\n");
        text.append(CrashCounts.HEADER);
        all.forEach(counts -> text.append(counts.row()));
        Environment here =
                EnvironmentCollector.collect(List.of(), "as the system has it", Map.of());
        text.append(
                String.format(
                        Locale.ROOT,
                        "%nSeed %d, commit %s%s, %s, %s %s, %s, %d cores, load %s.%n",
                        seed,
                        here.commit(),
                        here.dirty() ? " and changes" : "",
                        here.jvm(),
                        here.os(),
                        here.kernel(),
                        here.cpu(),
                        here.cores(),
                        here.hostLoad()));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text);
    }

    private static void delete(Path dir) throws IOException {
        try (var files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
