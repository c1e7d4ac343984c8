package io.replbuf.harness.run;

import io.replbuf.harness.measure.EngineCounters;
import io.replbuf.harness.measure.ServerCounters;
import io.replbuf.harness.replica.StreamTruth;
import io.replbuf.harness.replica.TapTruth;
import io.replbuf.harness.scenario.Cell;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Our engine, in a fresh JVM or in this one, and a folder in memory where it leaves counters and tap for us. */
final class EngineTarget implements TargetServer {
    private final RunningServer server;
    private final Path shared;
    private final ServerCounters counters;
    private final StreamTruth tap;

    private EngineTarget(RunningServer server, Path shared) throws IOException {
        this.server = server;
        this.shared = shared;
        this.counters = new EngineCounters(shared.resolve("counters"));
        this.tap = new TapTruth(shared.resolve("tap"));
    }

    static EngineTarget start(Cell cell, List<Path> strategyPath, Path folder, Path log)
            throws IOException, InterruptedException {
        return start(
                cell,
                strategyPath,
                directives ->
                        ServerProcess.start(EngineCommand.of(cell, log), directives, folder, log));
    }

    static EngineTarget embedded(Cell cell, List<Path> strategyPath, Path folder)
            throws IOException, InterruptedException {
        return start(cell, strategyPath, directives -> EmbeddedServer.start(directives, folder));
    }

    private static EngineTarget start(Cell cell, List<Path> strategyPath, Start start)
            throws IOException, InterruptedException {
        Path shared = Directories.temporaryInMemory("replbuf-");
        RunningServer server = null;
        EngineTarget target = null;
        try {
            server = start.with(directives(cell, strategyPath, shared));
            target = new EngineTarget(server, shared);
            return target;
        } finally {
            if (target == null) {
                if (server != null) {
                    server.close();
                }
                Directories.delete(shared);
            }
        }
    }

    private static Map<String, String> directives(Cell cell, List<Path> strategyPath, Path shared) {
        Map<String, String> directives = new LinkedHashMap<>();
        if (!strategyPath.isEmpty()) {
            // First, because what the strategies found there describe are directives, too.
            directives.put(
                    "repl-buffer-path",
                    strategyPath.stream()
                            .map(Path::toString)
                            .collect(Collectors.joining(File.pathSeparator)));
        }
        directives.putAll(cell.directives());
        directives.put("repl-buffer-strategy", cell.arm().strategy());
        directives.put("repl-buffer-counters", shared.resolve("counters").toString());
        directives.put("repl-buffer-tap", shared.resolve("tap").toString());
        return directives;
    }

    @Override
    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public long pid() {
        return server.pid();
    }

    @Override
    public boolean isAccountable() {
        return pid() != ProcessHandle.current().pid();
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
        return server.death();
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

    private interface Start {
        RunningServer with(Map<String, String> directives) throws IOException, InterruptedException;
    }
}
