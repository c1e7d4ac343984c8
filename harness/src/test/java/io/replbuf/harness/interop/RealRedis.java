package io.replbuf.harness.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A real redis-server process on loopback, in a folder of its own; killed on close. */
final class RealRedis implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path dir;

    private RealRedis(Process process, int port, Path dir) {
        this.process = process;
        this.port = port;
        this.dir = dir;
    }

    static RealRedis start(RedisBinary binary, String... directives) throws Exception {
        Path executable = binary.require();
        Path dir = Files.createTempDirectory("real-redis");
        int port = freePort();
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        executable.toString(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1"));
        command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", dir.toString()));
        if (binary != RedisBinary.V6_2) {
            command.addAll(List.of("--enable-debug-command", "yes"));
        }
        command.addAll(List.of(directives));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("log").toFile())
                        .start();
        RealRedis redis = new RealRedis(process, port, dir);
        try {
            Awaitility.await("redis-server on port " + port)
                    .atMost(Duration.ofSeconds(20))
                    .ignoreException(JedisConnectionException.class)
                    .until(redis::answers);
        } catch (RuntimeException e) {
            String log = redis.log();
            redis.close();
            throw new IllegalStateException("redis-server did not start: " + log, e);
        }
        return redis;
    }

    private boolean answers() {
        try (Jedis jedis = client()) {
            return "PONG".equals(jedis.ping());
        }
    }

    int port() {
        return port;
    }

    Jedis client() {
        return new Jedis("127.0.0.1", port, 20_000);
    }

    /** A number or word of INFO; null if the field is absent. */
    String info(String field) {
        try (Jedis jedis = client()) {
            return field(jedis.info(), field);
        }
    }

    static String field(String info, String field) {
        Properties fields = new Properties();
        info.lines()
                .filter(line -> line.indexOf(':') > 0)
                .forEach(
                        line ->
                                fields.setProperty(
                                        line.substring(0, line.indexOf(':')),
                                        line.substring(line.indexOf(':') + 1).strip()));
        return fields.getProperty(field);
    }

    /** What the server has logged so far; for the message of a failure. */
    String log() {
        try {
            return Files.readString(dir.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (var files = Files.walk(dir)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
