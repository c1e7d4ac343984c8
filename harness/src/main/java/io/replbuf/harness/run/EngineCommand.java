package io.replbuf.harness.run;

import io.replbuf.harness.scenario.Cell;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an engine's JVM is started with: the flags of the build and of the cell, and our own class path. */
final class EngineCommand {
    private static final String MAIN = "io.replbuf.harness.cli.Replbuf";

    private static final String COMPILATIONS = "compilations.log";

    private EngineCommand() {}

    static List<String> of(Cell cell, Path log) {
        List<String> words = new ArrayList<>(cell.target().confinement());
        words.add(System.getProperty("java.home") + "/bin/java");
        words.addAll(jvmFlags(cell));
        if (cell.target().compilations()) {
            words.add(
                    "-Xlog:jit+compilation=debug:file="
                            + log.resolveSibling(COMPILATIONS)
                            + ":timemillis:filecount=0");
        }
        words.addAll(List.of("-cp", classPath(), MAIN, "server"));
        return words;
    }

    /** Without the class path. */
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

    /** Our own, with absolute entries: the engine starts in a folder of its own. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
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
}
