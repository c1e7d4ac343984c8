package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rehearsal is played to its end and leaves nothing behind. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RehearsalTest {
    @TempDir Path dir;

    @Test
    void shouldLeaveNeitherFilesNorThreads() throws Exception {
        List<String> before = threads();

        Rehearsal.play("array", dir);

        assertThat(dir).isEmptyDirectory();
        // The helper may still be giving memory back.
        Awaitility.await().untilAsserted(() -> assertThat(before).containsAll(threads()));
    }

    @Test
    void shouldSayWhatIsWrongAndLeaveNoFiles() {
        assertThatThrownBy(() -> Rehearsal.play("nosuch", dir))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nosuch");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void shouldNeedAFolderToWriteTo() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));

        assertThatThrownBy(() -> Rehearsal.play("array", file)).isInstanceOf(IOException.class);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("replbuf-") && !name.equals("replbuf-stop"))
                .sorted()
                .toList();
    }
}
