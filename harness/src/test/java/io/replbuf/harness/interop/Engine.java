package io.replbuf.harness.interop;

import io.replbuf.server.RedisServer;
import io.replbuf.server.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import redis.clients.jedis.Jedis;

/** Our server in this JVM, on a free port of loopback, in a folder of its own. */
final class Engine implements AutoCloseable {
    static final String[] STRATEGIES = {"legacy", "shared", "aof-psync"};

    private final RedisServer server;
    private final Path dir;
    private final boolean hasLog;

    private Engine(RedisServer server, Path dir, boolean hasLog) {
        this.server = server;
        this.dir = dir;
        this.hasLog = hasLog;
    }

    /** Directives as on the command line: {@code --name}, value. */
    static Engine start(String... directives) throws Exception {
        Path dir = Files.createTempDirectory("replbuf-engine");
        ServerConfig config = new ServerConfig().anyPort(true);
        config.set("dir", dir.toString());
        config.set("save", "");
        config.set("enable-debug-command", "yes");
        boolean hasLog = false;
        for (int i = 0; i < directives.length; i += 2) {
            config.set(directives[i].substring(2), directives[i + 1]);
            hasLog |= directives[i + 1].equals("aof-psync");
        }
        return new Engine(RedisServer.start(config), dir, hasLog);
    }

    int port() {
        return server.port();
    }

    Jedis client() {
        return new Jedis("127.0.0.1", port(), 60_000);
    }

    /** A field of INFO; null if it is absent. */
    String info(String field) {
        try (Jedis jedis = client()) {
            return RealRedis.field(jedis.info("everything"), field);
        }
    }

    long stat(String field) {
        return Long.parseLong(info(field));
    }

    /** Cursors that are there without any replica: the log's. */
    int logCursors() {
        return hasLog ? 1 : 0;
    }

    @Override
    public void close() {
        server.close();
        try (var files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
