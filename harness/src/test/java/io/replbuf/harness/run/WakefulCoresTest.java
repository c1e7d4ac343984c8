package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WakefulCoresTest {
    @TempDir Path folder;

    @Test
    void shouldAskForCoresThatWakeInNoTime() throws Exception {
        Path wishes = Files.createFile(folder.resolve("wishes"));
        try (WakefulCores cores = WakefulCores.ask(wishes)) {
            assertThat(Files.readAllBytes(wishes)).containsExactly(0, 0, 0, 0);
            assertThat(cores.words()).isEqualTo("prevented through " + wishes);
        }
    }

    @Test
    void shouldChangeNothingAndSayWhyWhereItMayNotAsk() throws Exception {
        try (WakefulCores cores = WakefulCores.ask(folder.resolve("no/wishes"))) {
            assertThat(cores.words())
                    .startsWith("as the system has it: ")
                    .contains("No such file or directory");
        }
    }
}
