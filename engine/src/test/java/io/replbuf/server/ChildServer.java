package io.replbuf.server;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server as a child process, with this JVM's flags and class path and its output in a file. */
final class ChildServer implements AutoCloseable {
    private static final int STOP_SECONDS = 30;

    final Process process;
    private final Path output;

    ChildServer(Path dir, String... arguments) throws IOException {
        this(dir, RedisServer.class, arguments);
    }

    /**
     * @param main what the process runs
     */
    ChildServer(Path dir, Class<?> main, String... arguments) throws IOException {
        output = dir.resolve("output-" + System.nanoTime() + ".txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-XX:MaxDirect"))
                .forEach(command::add);
        command.addAll(
                List.of(
                        "-Xmx128m",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        "-Dlogback.configurationFile=io/replbuf/server/child-logback.xml",
                        main.getName()));
        command.addAll(List.of(arguments));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                        .start();
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    void awaitOutput(String text) {
        Awaitility.await()
                .atMost(STOP_SECONDS, TimeUnit.SECONDS)
                .until(() -> output().contains(text) || !process.isAlive());
    }

    /** The exit status; fails if it does not come. */
    int status() throws InterruptedException {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("server still runs after " + STOP_SECONDS + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
