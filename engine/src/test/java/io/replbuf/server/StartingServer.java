package io.replbuf.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** A server that is started by another thread, so that the test can talk to it while it loads. */
final class StartingServer implements AutoCloseable {
    private static final int DEADLINE_SECONDS = 30;

    private final CompletableFuture<RedisServer> listening = new CompletableFuture<>();
    private final CompletableFuture<RedisServer> started;
    private final List<RawClient> clients = new ArrayList<>();

    /**
     * @param directives name, value, name, value …
     */
    StartingServer(Path dir, String... directives) throws ConfigException {
        ServerConfig config = ServerFixture.config(dir, directives);
        started =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return RedisServer.start(
                                        config,
                                        ProcessLog.UNCHANGED,
                                        ServerEnv.real(),
                                        listening::complete);
                            } catch (StartException e) {
                                throw new CompletionException(e);
                            }
                        },
                        task -> new Thread(task, "starting").start());
    }

    /** The server, as soon as it listens. */
    RedisServer listening() throws Exception {
        return listening.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for the end of {@code RedisServer.start}. */
    RedisServer started() throws Exception {
        return started.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** Whether {@code RedisServer.start} has returned. */
    boolean isStarted() {
        return started.isDone();
    }

    /** Connects once the server takes connections: it listens a moment before it does, and the kernel lets them wait. */
    RawClient client() throws Exception {
        RawClient client = new RawClient(listening().port());
        clients.add(client);
        return client;
    }

    @Override
    public void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        RedisServer server = listening.getNow(null);
        if (server != null) {
            server.close();
        }
    }
}
