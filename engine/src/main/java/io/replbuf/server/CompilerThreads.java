package io.replbuf.server;

import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lets this JVM's compilers step back behind the threads that serve.
 *
 * <p>In the first three quarters of a minute of a changing load the optimizing compiler took 6 to 8 s of processor time, and on one core
 * the command loop shares that core with it. A little lower in priority it gets less of the core while there is other work.
 *
 * <p>Not a lot lower: what compilers do not get to is interpreted, or runs in code that counts its own steps. At a niceness of 15, and
 * in the idle class, writes took 1.4 to 1.9 s at p99 when eight replicas had come to a server on one core, and 4 to 5 ms at 5 and
 * at 0: a core that slow code keeps full leaves such a compiler nothing.
 *
 * <p>Those are single runs by hand. They rule the strong settings out; that 5 is better than 0 has not been shown, and {@code
 * shape-change} is the scenario to show it with.
 */
final class CompilerThreads {
    static final int NICENESS = 5;

    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int RENICE_SECONDS = 5;

    private CompilerThreads() {}

    /**
     * Lowers those that there are; those that they start later inherit it. Blocks for a child process.
     *
     * @return what came of it, for the log
     */
    static String lower() {
        return lower(TASKS, "renice");
    }

    /**
     * @param program takes {@code -n N -p TID...}
     */
    static String lower(Path tasks, String program) {
        try {
            List<String> threads = find(tasks);
            if (threads.isEmpty()) {
                return "Compilers keep their priority: no thread of theirs in " + tasks;
            }
            List<String> command =
                    new ArrayList<>(List.of(program, "-n", Integer.toString(NICENESS), "-p"));
            command.addAll(threads);
            return run(command)
                    ? "Compilers run at niceness " + NICENESS
                    : "Compilers keep their priority: " + program + " failed";
        } catch (IOException e) {
            return "Compilers keep their priority: " + FaultText.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "Compilers keep their priority: interrupted";
        }
    }

    private static List<String> find(Path tasks) throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                // The kernel cuts "C2 CompilerThread0" to 15 characters.
                String name = Files.readString(thread.resolve("comm"), StandardCharsets.ISO_8859_1);
                if (name.startsWith("C1 Comp") || name.startsWith("C2 Comp")) {
                    found.add(thread.getFileName().toString());
                }
            }
        }
        return found;
    }

    private static boolean run(List<String> command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            process.getOutputStream().close();
            return process.waitFor(RENICE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
