package io.replbuf.server;

import io.replbuf.log.LogFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A server in this JVM on a free port, with the test buffer as its strategy, and clients of it. */
final class ServerFixture implements AutoCloseable {
    static {
        // On a machine that compiles next door a turn of ours may take its time.
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    final RedisServer server;
    private final List<RawClient> clients = new ArrayList<>();

    /**
     * @param directives name, value, name, value …
     */
    ServerFixture(Path dir, String... directives) throws ConfigException, StartException {
        this(dir, ServerEnv.real(), directives);
    }

    /** With a log, if it has one, on this disk. */
    ServerFixture(Path dir, LogFiles disk, String... directives)
            throws ConfigException, StartException {
        this(dir, ServerEnv.real().with(disk), directives);
    }

    ServerFixture(Path dir, ServerEnv env, String... directives)
            throws ConfigException, StartException {
        server = RedisServer.start(config(dir, directives), ProcessLog.UNCHANGED, env);
    }

    static ServerConfig config(Path dir, String... directives) throws ConfigException {
        ServerConfig config =
                new ServerConfig()
                        .anyPort(true)
                        .set("port", "0")
                        .set("bind", "127.0.0.1")
                        .set("dir", dir.toString())
                        .set("save", "")
                        .set("enable-debug-command", "yes")
                        .set("repl-diskless-sync-delay", "0")
                        .set("repl-buffer-strategy", "array");
        for (int i = 0; i < directives.length; i += 2) {
            config.set(directives[i], directives[i + 1]);
        }
        return config;
    }

    RawClient client() throws IOException {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        return client;
    }

    @Override
    public void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        server.close();
    }
}
