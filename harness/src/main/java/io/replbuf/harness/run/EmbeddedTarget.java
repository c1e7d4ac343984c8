package io.replbuf.harness.run;

import io.replbuf.harness.measure.EngineCounters;
import io.replbuf.harness.measure.ServerCounters;
import io.replbuf.harness.replica.StreamTruth;
import io.replbuf.harness.replica.TapTruth;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.server.ConfigException;
import io.replbuf.server.RedisServer;
import io.replbuf.server.ServerConfig;
import io.replbuf.server.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** Our engine in this JVM: quick to start, but memory and pauses are shared with loader and replicas, so neither is judged. */
final class EmbeddedTarget implements TargetServer {
    private final RedisServer server;
    private final Path shared;
    private final ServerCounters counters;
    private final StreamTruth tap;

    private EmbeddedTarget(RedisServer server, Path shared) throws IOException {
        this.server = server;
        this.shared = shared;
        this.counters = new EngineCounters(shared.resolve("counters"));
        this.tap = new TapTruth(shared.resolve("tap"));
    }

    static EmbeddedTarget start(Cell cell, Path folder) throws IOException {
        Path shared = Directories.temporaryInMemory("replbuf-");
        RedisServer server = null;
        EmbeddedTarget target = null;
        try {
            ServerConfig config = new ServerConfig().anyPort(true);
            config.set("port", "0").set("bind", "127.0.0.1").set("dir", folder.toString());
            for (Map.Entry<String, String> directive :
                    EngineTarget.directives(cell, shared).entrySet()) {
                config.set(directive.getKey(), ServerProcess.words(directive.getValue()));
            }
            server = RedisServer.start(config);
            target = new EmbeddedTarget(server, shared);
            return target;
        } catch (ConfigException | StartException e) {
            throw new IOException(
                    "embedded engine: " + e.getMessage() + " (expected: a server that starts)", e);
        } finally {
            if (target == null) {
                if (server != null) {
                    server.close();
                }
                Directories.delete(shared);
            }
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
    public boolean isAccountable() {
        return false;
    }

    @Override
    public ServerCounters counters() {
        return counters;
    }

    @Override
    public StreamTruth tap() {
        return tap;
    }

    @Override
    public String death() {
        return server.isStopped() ? "embedded engine stopped" : null;
    }

    @Override
    public void close() {
        server.close();
        counters.close();
        try {
            Directories.delete(shared);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
