package io.replbuf.harness.run;

import io.replbuf.server.ConfigException;
import io.replbuf.server.RedisServer;
import io.replbuf.server.ServerConfig;
import io.replbuf.server.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** Our engine in this JVM: quick to start, but memory and pauses are shared with loader and replicas, so neither is judged. */
final class EmbeddedServer implements RunningServer {
    private final RedisServer server;

    private EmbeddedServer(RedisServer server) {
        this.server = server;
    }

    /**
     * @param directives by Redis' names; the port is added
     * @param folder its {@code dir}
     */
    static EmbeddedServer start(Map<String, String> directives, Path folder) throws IOException {
        ServerConfig config = new ServerConfig().anyPort(true);
        try {
            config.set("port", "0").set("bind", "127.0.0.1").set("dir", folder.toString());
            for (Map.Entry<String, String> directive : directives.entrySet()) {
                config.set(directive.getKey(), ServerProcess.words(directive.getValue()));
            }
            return new EmbeddedServer(RedisServer.start(config));
        } catch (ConfigException | StartException e) {
            throw new IOException(
                    "embedded engine: " + e.getMessage() + " (expected: a server that starts)", e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String death() {
        return server.isStopped() ? "embedded engine stopped" : null;
    }

    @Override
    public void close() {
        server.close();
    }
}
