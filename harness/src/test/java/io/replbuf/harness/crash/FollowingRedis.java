package io.replbuf.harness.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A real redis-server that follows the engine through all its lives; or none, where none is installed. */
final class FollowingRedis implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Process process;
    private final int port;
    private final Path dir;
    private int continuedSeen;
    private int fullSeen;

    private FollowingRedis(Process process, int port, Path dir) {
        this.process = process;
        this.port = port;
        this.dir = dir;
    }

    /**
     * @param binary null for none
     */
    static FollowingRedis start(Path binary, int primaryPort) throws IOException {
        if (binary == null) {
            return new FollowingRedis(null, 0, null);
        }
        Path dir = Files.createTempDirectory("following-redis");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                                binary.toString(),
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--save",
                                "",
                                "--enable-debug-command",
                                "yes",
                                "--dir",
                                dir.toString(),
                                "--replicaof",
                                "127.0.0.1",
                                Integer.toString(primaryPort))
                        .redirectErrorStream(true);
        builder.redirectOutput(dir.resolve("log").toFile());
        return new FollowingRedis(builder.start(), port, dir);
    }

    boolean isThere() {
        return process != null;
    }

    void awaitLink(Duration patience) {
        if (isThere()) {
            Awaitility.await("redis-server's link to the engine")
                    .atMost(patience)
                    .ignoreExceptionsInstanceOf(JedisException.class)
                    .until(() -> field("master_link_status").equals("up"));
        }
    }

    /** Once it has noticed that the engine is gone: offset of the first byte that it lacks; 0 without one. */
    long nextAfterLoss() throws IOException {
        if (!isThere()) {
            return 0;
        }
        Awaitility.await("redis-server to notice the engine's death")
                .atMost(PATIENCE)
                .until(() -> field("master_link_status").equals("down"));
        String log = log();
        continuedSeen = count(log, "Successful partial resynchronization");
        fullSeen = count(log, "Full resync from master");
        return Long.parseLong(field("slave_repl_offset")) + 1;
    }

    /** Whether its last resync, since {@link #nextAfterLoss}, was a partial one. */
    boolean continued() throws IOException {
        String log = log();
        int continued = count(log, "Successful partial resynchronization") - continuedSeen;
        int full = count(log, "Full resync from master") - fullSeen;
        if (continued + full != 1) {
            throw new IllegalStateException(
                    continued + " partial and " + full + " full resyncs (expected: one)");
        }
        return continued == 1;
    }

    /** Nobody writes: waits until both data sets are equal. */
    void awaitDigest(Jedis engine, Duration patience) {
        Awaitility.await("equal digests")
                .atMost(patience)
                .until(
                        () -> {
                            try (Jedis jedis = client()) {
                                return digest(jedis).equals(digest(engine));
                            }
                        });
    }

    private String log() throws IOException {
        return Files.readString(dir.resolve("log"));
    }

    private String field(String name) {
        try (Jedis jedis = client()) {
            return CrashRun.field(jedis, name);
        }
    }

    private Jedis client() {
        return new Jedis("127.0.0.1", port, 20_000);
    }

    private static String digest(Jedis jedis) {
        return new String((byte[]) jedis.sendCommand(() -> "DEBUG".getBytes(), "DIGEST"));
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    @Override
    public void close() throws IOException {
        if (isThere()) {
            process.destroyForcibly().onExit().join();
            try (var files = Files.walk(dir)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }
}
