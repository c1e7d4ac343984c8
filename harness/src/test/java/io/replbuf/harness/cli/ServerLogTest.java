package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's log is written behind its back; what it said last is there all the same when the process has ended. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ServerLogTest {
    @TempDir Path dir;
    private Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    private Process process;

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldEndTheLogFileWithWhyItDidNotStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path file = dir.resolve("server.log");
            int status = run("--port", port(taken), "--logfile", file.toString());

            assertThat(status).isEqualTo(1);
            assertThat(Files.readAllLines(file)).last().asString().contains("# ", port(taken));
            assertThat(Files.readString(stdout())).isEmpty();
        }
    }

    @Test
    void shouldEndStdoutWithWhyItDidNotStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int status = run("--port", port(taken));

            assertThat(status).isEqualTo(1);
            assertThat(Files.readAllLines(stdout()))
                    .last()
                    .asString()
                    .contains("aborting", port(taken));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldSayNothingOfTheRehearsal(String strategy) throws Exception {
        start("--port", freePort(), "--repl-buffer-strategy", strategy);

        Awaitility.await()
                .atMost(Duration.ofSeconds(50))
                .until(() -> !process.isAlive() || log().contains("Ready to accept connections"));
        process.destroy();

        assertThat(process.waitFor()).isZero();
        assertThat(log()).doesNotContain("ehearsal", "Replica", "DB", "Background", "127.0.0.1");
        assertThat(Files.readAllLines(stdout())).last().asString().contains("bye bye");
    }

    @Test
    void shouldStartAllTheSameWhereTheRehearsalHasNoFolder() throws Exception {
        temporary = Files.createFile(dir.resolve("no-folder"));
        start("--port", freePort());

        Awaitility.await()
                .atMost(Duration.ofSeconds(50))
                .until(() -> !process.isAlive() || log().contains("Ready to accept connections"));
        process.destroy();

        assertThat(process.waitFor()).isZero();
        assertThat(log()).contains("The rehearsal of a resync failed", "no-folder");
    }

    private int run(String... directives) throws IOException, InterruptedException {
        start(directives);
        return process.waitFor();
    }

    private void start(String... directives) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("-cp");
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.addAll(List.of(Replbuf.class.getName(), "server", "--bind", "127.0.0.1"));
        command.addAll(List.of("--dir", dir.toString(), "--save", ""));
        command.addAll(List.of(directives));
        process =
                new ProcessBuilder(command)
                        .redirectOutput(stdout().toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
    }

    private static String freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return port(free);
        }
    }

    private String log() throws IOException {
        return Files.readString(stdout());
    }

    private Path stdout() {
        return dir.resolve("stdout");
    }

    private static String port(ServerSocket socket) {
        return Integer.toString(socket.getLocalPort());
    }
}
