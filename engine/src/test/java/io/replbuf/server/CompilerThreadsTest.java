package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompilerThreadsTest {
    @TempDir Path folder;
    @TempDir Path other;

    private void thread(String id, String name) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(id)).resolve("comm"), name + "\n");
    }

    @Test
    void shouldLowerCompilersAndNoOtherThread() throws IOException {
        thread("11", "replbuf-command");
        thread("12", "C2 CompilerThre");
        Path told = other.resolve("told");
        Path program = other.resolve("renice");
        Files.writeString(program, "#!/bin/sh\nprintf '%s' \"$*\" > " + told + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThat(CompilerThreads.lower(folder, program.toString()))
                .isEqualTo("Compilers run at niceness 5");
        assertThat(told).hasContent("-n 5 -p 12");
    }

    @Test
    void shouldSayWhatIsMissing() throws IOException {
        assertThat(CompilerThreads.lower(folder, "renice"))
                .isEqualTo("Compilers keep their priority: no thread of theirs in " + folder);
        thread("12", "C1 CompilerThre");
        assertThat(CompilerThreads.lower(folder, "no-such-renice"))
                .startsWith("Compilers keep their priority: ")
                .contains("no-such-renice");
        assertThat(CompilerThreads.lower(folder, "false"))
                .isEqualTo("Compilers keep their priority: false failed");
    }
}
