package io.replbuf.harness.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.crash.EngineProcess;
import io.replbuf.harness.soak.ResyncModel.Life;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.SaveMode;
import redis.clients.jedis.exceptions.JedisException;

/** The engine under one strategy, as a process with a wall clock of its own, through clean and unclean restarts. */
final class SoakedEngine implements AutoCloseable {
    static final long BACKLOG_BYTES = 8 << 20;

    /** What the strategy holds in memory when every replica has everything: this, and what follows from its rules. */
    private static final long WINDOW_BYTES = 4 << 20;

    private static final Duration SHUTDOWN_PATIENCE = Duration.ofSeconds(60);
    private static final Path FAKETIME =
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");

    /** A strategy, and whether a log survives SIGKILL. */
    enum Setup {
        LEGACY("legacy", false),
        SHARED("shared", true),
        AOF_PSYNC("aof-psync", true);

        final String strategy;
        final boolean durable;

        Setup(String strategy, boolean durable) {
            this.strategy = strategy;
            this.durable = durable;
        }

        /** Most that it retains when every replica has everything: blocks and queues may be one larger than asked for. */
        long quietBytesMax() {
            return (this == AOF_PSYNC ? WINDOW_BYTES : BACKLOG_BYTES) + (2 << 20);
        }
    }

    private final Setup setup;
    private final EngineProcess process;
    private final Path clock;
    private final Map<String, Life> lives = new HashMap<>();
    private Life life;

    SoakedEngine(Setup setup, Path dir) throws IOException {
        this.setup = setup;
        clock = dir.resolve("clock");
        Files.writeString(clock, "+0s\n");
        List<String> directives = new ArrayList<>();
        directives.addAll(List.of("--repl-buffer-strategy", setup.strategy, "--save", ""));
        directives.addAll(List.of("--appendonly", setup.durable ? "yes" : "no"));
        directives.addAll(List.of("--repl-timeout", "" + FleetReplica.TIMEOUT_SECONDS));
        directives.addAll(List.of("--repl-ping-replica-period", "1", "--repl-backlog-ttl", "0"));
        directives.addAll(List.of("--repl-diskless-sync-delay", "0", "--shutdown-timeout", "2"));
        directives.addAll(List.of("--repl-backlog-size", Long.toString(BACKLOG_BYTES)));
        directives.addAll(List.of("--repl-buffer-rehearsal", "no"));
        if (setup == Setup.AOF_PSYNC) {
            directives.addAll(List.of("--repl-buffer-window", Long.toString(WINDOW_BYTES)));
            directives.addAll(List.of("--repl-log-retention-bytes", "16gb"));
        }
        process =
                new EngineProcess(
                        dir,
                        directives,
                        List.of("-Xmx256m", "-XX:MaxDirectMemorySize=2g", "-XX:+UseSerialGC"),
                        clockCanStep() ? fakeTime() : Map.of());
    }

    /** Whether libfaketime is here. */
    static boolean clockCanStep() {
        return Files.exists(FAKETIME);
    }

    /** Dates from the file, which is looked at once a second; durations from the machine. */
    private Map<String, String> fakeTime() {
        return Map.of(
                "LD_PRELOAD", FAKETIME.toString(),
                "FAKETIME_TIMESTAMP_FILE", clock.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "DONT_FAKE_MONOTONIC", "1",
                // With its fix every timed wait of the JVM ends at once: start takes 35 s, and an
                // idle
                // server half a core.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    void stepClock(int seconds) throws IOException {
        Path next = clock.resolveSibling("clock.next");
        Files.writeString(next, String.format("%+ds\n", seconds));
        Files.move(next, clock, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The first life. */
    void start() throws IOException {
        process.start();
        begun(0);
    }

    /** Ends a life and begins the next, which is to continue the history at the very end. */
    void restart() throws IOException, InterruptedException {
        try (Jedis jedis = client()) {
            jedis.shutdown(SaveMode.SAVE);
        } catch (JedisException e) {
            // A server that ends does not reply.
        }
        process.awaitEnd(SHUTDOWN_PATIENCE);
        startAgain();
    }

    /** The same by SIGKILL: the next life continues where the log ends. */
    void crash() throws IOException {
        process.kill();
        startAgain();
    }

    private void startAgain() throws IOException {
        Life before = life;
        process.start();
        String info = info();
        long second = Info.number(info, "second_repl_offset");
        assertThat(Info.field(info, "master_replid2"))
                .as("history after a restart: %s", process.logTail())
                .isEqualTo(before.replid());
        begun(setup == Setup.AOF_PSYNC ? 0 : second);
    }

    private void begun(long heldFrom) {
        String info = info();
        life =
                new Life(
                        Info.field(info, "master_replid"),
                        Info.field(info, "master_replid2"),
                        Info.number(info, "second_repl_offset"),
                        heldFrom,
                        setup == Setup.AOF_PSYNC ? Long.MAX_VALUE : BACKLOG_BYTES);
        lives.put(life.replid(), life);
    }

    Life life() {
        return life;
    }

    /** The life under this replid; null if there was none. */
    Life life(String replid) {
        return lives.get(replid);
    }

    Setup setup() {
        return setup;
    }

    int port() {
        return process.port();
    }

    Jedis client() {
        return process.client();
    }

    String info() {
        try (Jedis jedis = client()) {
            return jedis.info("everything");
        }
    }

    /** A command that may be refused at this moment. */
    String tell(String name, String... arguments) {
        try (Jedis jedis = client()) {
            Object reply = jedis.sendCommand(() -> name.getBytes(), arguments);
            return reply instanceof byte[] bytes ? new String(bytes) : String.valueOf(reply);
        } catch (JedisException e) {
            return e.getMessage();
        }
    }

    String digest() {
        try (Jedis jedis = client()) {
            return Info.digest(jedis);
        }
    }

    /** Resident set in bytes. */
    long residentBytes() throws IOException {
        String statm = Files.readString(Path.of("/proc/" + process.pid() + "/statm"));
        return Long.parseLong(statm.split(" ")[1]) * 4096;
    }

    String log() throws IOException {
        return Files.readString(process.log());
    }

    String logTail() throws IOException {
        return process.logTail();
    }

    @Override
    public void close() {
        process.close();
    }
}
