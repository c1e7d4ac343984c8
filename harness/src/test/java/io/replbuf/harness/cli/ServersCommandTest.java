package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused; to fetch takes a mirror. */
class ServersCommandTest {
    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldRefuseAFileForAFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(servers(file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains(
                        "DIR: " + file + " is a file (expected: a folder that can be written to)");
    }

    @Test
    void shouldRefuseASuiteThatIsNoName() {
        assertThat(servers(folder.toString(), "--suite", "forky main; rm")).isEqualTo(2);
        assertThat(err.toString()).contains("(expected: a release such as trixie)");
    }

    @Test
    void shouldSayWhatAMachineLacksThatIsNoDebian() throws Exception {
        Path script = folder.resolve("fetch.sh");
        try (InputStream in = ServersCommand.class.getResourceAsStream("/servers/fetch.sh")) {
            Files.copy(in, script);
        }
        ProcessBuilder fetch =
                new ProcessBuilder("/bin/bash", script.toString(), folder.toString(), "forky")
                        .redirectErrorStream(true);
        fetch.environment().put("PATH", folder.toString());
        Process process = fetch.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(said)
                .isEqualTo(
                        "apt-get: not found (expected: Debian, or a system with its package tools)\n");
    }

    private int servers(String... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = "servers";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return Replbuf.run(words, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
