package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompilationsTest {
    @TempDir Path folder;

    @Test
    void shouldCountWhatWasCompiledAndWhatWasUndone() throws IOException {
        Path file = folder.resolve("compilations.log");
        Files.writeString(
                file,
                """
                [10000ms]    1       3       java.lang.Object::<init> (1 bytes)
                [10100ms]    2     n 0       jdk.internal.misc.Unsafe::getLong (native)  \s
                [10200ms]    3 % !   4       io.replbuf.Loop::run @ 7 (90 bytes)
                [10300ms]    1       3       java.lang.Object::<init> (1 bytes)   made not entrant
                [10400ms]    3 % !   4       io.replbuf.Loop::run @ 7 (90 bytes)   made not entrant
                [12000ms]    4   !b  4       io.replbuf.Loop::step (90 bytes)
                something else
                """);
        Compilations compilations = Compilations.read(file);
        assertThat(compilations.perSecond(10_000, 12_000, Compilations.Event::quick))
                .isEqualTo(0.5);
        assertThat(compilations.perSecond(10_000, 12_000, Compilations.Event::optimized))
                .isEqualTo(0.5);
        assertThat(compilations.perSecond(10_000, 12_000, Compilations.Event::optimizedUndone))
                .isEqualTo(0.5);
        assertThat(compilations.perSecond(12_000, 13_000, event -> true)).isEqualTo(1);
    }

    @Test
    void shouldHaveNothingOfAServerThatSaysNothing() throws IOException {
        assertThat(Compilations.read(folder.resolve("none")).events()).isEmpty();
    }
}
