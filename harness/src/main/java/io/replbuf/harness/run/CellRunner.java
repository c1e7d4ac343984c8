package io.replbuf.harness.run;

import io.replbuf.harness.load.Transport;
import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Environment;
import io.replbuf.harness.measure.EnvironmentCollector;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Runs cells against fresh servers: the one {@link CellExecutor}.
 *
 * <p>For one thread. Whatever happens, the server is ended and its working folder removed.
 */
public final class CellRunner implements CellExecutor {
    private final Transport transport;
    private final List<Path> strategyPath;
    private final String latencyDoubt;
    private final String coreSleep;

    public CellRunner() {
        this(List.of(), null, "as the system has it");
    }

    /**
     * @param strategyPath absolute places of strategies that are not on the class path, which engines are told
     * @param latencyDoubt why no latency of these cells may be used, such as {@link InstrumentCheck#doubt}; or null
     * @param coreSleep whether idle cores may sleep meanwhile, for the record: {@link WakefulCores#words}
     */
    public CellRunner(List<Path> strategyPath, String latencyDoubt, String coreSleep) {
        this.transport = Transport.best();
        this.strategyPath = List.copyOf(strategyPath);
        this.latencyDoubt = latencyDoubt;
        this.coreSleep = coreSleep;
    }

    @Override
    public Environment environment(List<Cell> cells) {
        Map<String, String> peers = new TreeMap<>();
        List<String> flags = List.of();
        for (Cell cell : cells) {
            Target target = cell.target();
            if (target.kind() == Target.Kind.REDIS && target.command() != null) {
                String program = target.command().trim().split("\\s+")[0];
                peers.computeIfAbsent(
                        cell.strategy(),
                        name -> EnvironmentCollector.command(program, "--version"));
            } else if (target.kind() == Target.Kind.REDIS) {
                peers.put(cell.strategy(), target.address());
            } else if (target.kind() == Target.Kind.PROCESS && flags.isEmpty()) {
                flags = EngineCommand.jvmFlags(cell);
            }
        }
        return EnvironmentCollector.collect(flags, coreSleep, peers);
    }

    @Override
    public CellResult execute(Cell cell, RunFiles files, Consumer<CellProgress> progress)
            throws IOException, InterruptedException {
        Path folder = files.cellFolder(cell.id());
        // What an earlier, interrupted attempt left would be taken for this one's.
        Directories.delete(folder);
        Files.createDirectories(folder);
        Path work =
                Files.createDirectories(
                        files.root().toAbsolutePath().resolve("work").resolve(cell.id()));
        try (TargetServer server =
                        start(cell, work, files.engineLogFile(cell.id()).toAbsolutePath());
                CellRun run = new CellRun(cell, files, server, transport, latencyDoubt, progress)) {
            CellResult result = run.run();
            files.writeCell(result);
            return result;
        } finally {
            Directories.delete(work);
            removeIfEmpty(work.getParent());
        }
    }

    private TargetServer start(Cell cell, Path work, Path log)
            throws IOException, InterruptedException {
        return switch (cell.target().kind()) {
            case PROCESS -> EngineTarget.start(cell, strategyPath, work, log);
            case REDIS -> RedisTarget.start(cell, work, log);
            case EMBEDDED -> EngineTarget.embedded(cell, strategyPath, work);
        };
    }

    private static void removeIfEmpty(Path folder) throws IOException {
        String[] left = folder.toFile().list();
        if (left != null && left.length == 0) {
            Files.delete(folder);
        }
    }
}
