package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.replbuf.primary.ArrayBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rehearsal is played to its end and leaves nothing behind. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RehearsalTest {
    @TempDir Path dir;

    @AfterEach
    void lookAway() {
        ArrayBuffer.watch(null);
    }

    @Test
    void shouldLeaveNeitherFilesNorThreads() throws Exception {
        List<String> before = threads();

        Rehearsal.play(with("array"), dir);

        assertThat(dir).isEmptyDirectory();
        // The helper may still be giving memory back.
        Awaitility.await().untilAsserted(() -> assertThat(before).containsAll(threads()));
    }

    @Test
    void shouldSayWhatIsWrongAndLeaveNoFiles() {
        assertThatThrownBy(() -> Rehearsal.play(with("nosuch"), dir))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nosuch");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void shouldSayWhatWentWrongFirstWhereItsFolderCannotBeDeletedEither() {
        ArrayBuffer.watch(
                new ArrayBuffer.Onlooker() {
                    @Override
                    public void making() {
                        deleteAllIn(dir);
                        throw new IllegalArgumentException("no buffer today");
                    }
                });

        Throwable thrown = catchThrowable(() -> Rehearsal.play(with("array"), dir));
        assertThat(thrown).isInstanceOf(IOException.class).hasMessageContaining("no buffer today");
        assertThat(thrown.getCause().getSuppressed())
                .hasSize(1)
                .hasOnlyElementsOfType(NoSuchFileException.class);
    }

    @Test
    void shouldNeedAFolderToWriteTo() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));

        assertThatThrownBy(() -> Rehearsal.play(with("array"), file))
                .isInstanceOf(IOException.class);
    }

    private static ServerConfig with(String strategy) throws ConfigException {
        return new ServerConfig().set("repl-buffer-strategy", strategy);
    }

    private static void deleteAllIn(Path dir) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
