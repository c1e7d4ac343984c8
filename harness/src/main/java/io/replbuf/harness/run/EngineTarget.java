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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Our engine in a fresh JVM: the same class path, the flags of the build, counters and tap in memory. */
final class EngineTarget implements TargetServer {
    private static final String MAIN = "io.replbuf.harness.cli.Replbuf";

    private final ServerProcess process;
    private final Path shared;
    private final ServerCounters counters;
    private final StreamTruth tap;

    private EngineTarget(ServerProcess process, Path shared) throws IOException {
        this.process = process;
        this.shared = shared;
        this.counters = new EngineCounters(shared.resolve("counters"));
        this.tap = new TapTruth(shared.resolve("tap"));
    }

    static EngineTarget start(Cell cell, Path folder, Path log)
            throws IOException, InterruptedException {
        Path shared = Directories.temporaryInMemory("replbuf-");
        ServerProcess process = null;
        EngineTarget target = null;
        try {
            process = ServerProcess.start(command(cell), directives(cell, shared), folder, log);
            target = new EngineTarget(process, shared);
            return target;
        } finally {
            if (target == null) {
                if (process != null) {
                    process.close();
                }
                Directories.delete(shared);
            }
        }
    }

    /** Flags of the engine's JVM, without the class path. */
    static List<String> jvmFlags(Cell cell) {
        JvmFlags flags = JvmFlags.load();
        List<String> words = new ArrayList<>(flags.flags());
        words.addAll(flags.engineFlags());
        words.add("-Xmx" + cell.target().heapBytes());
        // A limit, not a reservation: extents that cannot be had are the engine's own business.
        words.add("-XX:MaxDirectMemorySize=" + directLimit());
        words.addAll(cell.target().jvmFlags());
        return words;
    }

    private static List<String> command(Cell cell) {
        List<String> words = new ArrayList<>();
        words.add(System.getProperty("java.home") + "/bin/java");
        words.addAll(jvmFlags(cell));
        words.addAll(List.of("-cp", classPath(), MAIN, "server"));
        return words;
    }

    /** Our own, with absolute entries: the engine starts in a folder of its own. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    static Map<String, String> directives(Cell cell, Path shared) {
        Map<String, String> directives = new LinkedHashMap<>(cell.directives());
        directives.put("repl-buffer-strategy", cell.arm().strategy());
        directives.put("repl-buffer-counters", shared.resolve("counters").toString());
        directives.put("repl-buffer-tap", shared.resolve("tap").toString());
        return directives;
    }

    /** Two thirds of the machine: the scenarios that fill it are meant to. */
    private static long directLimit() {
        java.lang.management.OperatingSystemMXBean system =
                java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        if (system instanceof com.sun.management.OperatingSystemMXBean os) {
            return Math.max(1L << 30, os.getTotalMemorySize() / 3 * 2);
        }
        return 4L << 30;
    }

    @Override
    public InetSocketAddress address() {
        return process.address();
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean isAccountable() {
        return true;
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
        return process.death();
    }

    @Override
    public void close() {
        process.close();
        counters.close();
        try {
            Directories.delete(shared);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
