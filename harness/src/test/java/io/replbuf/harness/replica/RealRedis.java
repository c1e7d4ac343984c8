package io.replbuf.harness.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;

/** A real redis-server from the search path, for tests; they are skipped where there is none. */
public final class RealRedis implements AutoCloseable {
    private final Process process;
    private final int port;

    private RealRedis(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The program's path, or null. */
    public static Path program() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    public static RealRedis start(Path folder, String... directives) throws IOException {
        Path program = program();
        assumeTrue(program != null, "skipped: no redis-server on the search path");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command =
                new ArrayList<>(List.of(program.toString(), "--port", "" + port, "--save", ""));
        command.addAll(List.of("--dir", folder.toString(), "--repl-diskless-sync-delay", "0"));
        command.addAll(List.of("--enable-debug-command", "yes"));
        command.addAll(List.of(directives));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("redis.log").toFile())
                        .start();
        RealRedis redis = new RealRedis(process, port);
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> redis.client().ping().equals("PONG"));
        return redis;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", port);
    }

    public int port() {
        return port;
    }

    public Jedis client() {
        return new Jedis("127.0.0.1", port);
    }

    /** Last offset fed. */
    public long offset() {
        return Long.parseLong(info("replication", "master_repl_offset"));
    }

    public String info(String section, String field) {
        try (Jedis client = client()) {
            return client.info(section)
                    .lines()
                    .filter(line -> line.startsWith(field + ":"))
                    .map(line -> line.substring(field.length() + 1).trim())
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        assertThat(process.onExit().join().isAlive()).isFalse();
    }
}
