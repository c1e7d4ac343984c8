package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.testing.StrategyJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrategiesTest {
    @TempDir Path dir;

    @Test
    void shouldFindThoseOfTheClassPath() {
        assertThat(Strategies.onClassPath().names()).contains("array", "logged-array");
        assertThat(Strategies.in(List.of()).names()).isEqualTo(Strategies.onClassPath().names());
    }

    @Test
    void shouldFindThoseOfAJarBesideTheClassPaths() throws Exception {
        Path jar = StrategyJar.make(dir.resolve("spiral.jar"), "spiral");

        Strategies strategies = Strategies.in(List.of(jar));

        assertThat(strategies.names()).contains("array", "spiral");
        ReplicationBufferFactory factory = strategies.named("spiral");
        assertThat(factory.name()).isEqualTo("spiral");
        assertThat(factory.getClass().getClassLoader()).isNotEqualTo(getClass().getClassLoader());
        assertThat(strategies.named("array"))
                .hasSameClassAs(Strategies.onClassPath().named("array"));
    }

    @Test
    void shouldFindThoseOfAFoldersJarsAndOfSeveralPlaces() throws Exception {
        StrategyJar.make(dir.resolve("one.jar"), "spiral");
        Path far = Files.createDirectory(dir.resolve("far"));
        StrategyJar.make(far.resolve("two.jar"), "helix");
        Files.writeString(dir.resolve("README"), "no jar");

        assertThat(Strategies.in(Strategies.path(dir + ":" + far)).names())
                .contains("array", "spiral", "helix");
    }

    @Test
    void shouldFindThoseOfAFolderWithClasses() throws Exception {
        StrategyJar.unpacked(dir, "spiral");

        assertThat(Strategies.in(List.of(dir)).names()).contains("spiral");
    }

    @Test
    void shouldSayWhyAPlaceBringsNone() throws Exception {
        assertThatThrownBy(() -> Strategies.in(List.of(dir.resolve("nowhere.jar"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.jar: no such file or folder (expected: ");

        assertThatThrownBy(() -> Strategies.in(List.of(dir)))
                .hasMessageContaining(dir + ": a folder without a jar")
                .hasMessageContaining("META-INF/services");

        Path text = Files.writeString(dir.resolve("text.jar"), "no jar at all");
        assertThatThrownBy(() -> Strategies.in(List.of(text)))
                .hasMessageContaining("text.jar: ")
                .hasMessageContaining("(expected: ");
        assertThatThrownBy(() -> Strategies.in(List.of(dir))).hasMessageContaining("text.jar: ");
    }

    @Test
    void shouldSayThatAJarHasNoStrategy() throws Exception {
        Path jar = StrategyJar.empty(dir.resolve("library.jar"));

        assertThatThrownBy(() -> Strategies.in(List.of(jar)))
                .hasMessageContaining("library.jar: no strategy beyond [array, logged-array]")
                .hasMessageContaining("META-INF/services");
    }

    @Test
    void shouldSayThatAStrategyCannotBeLoaded() throws Exception {
        Path jar = StrategyJar.withoutItsClass(dir.resolve("half.jar"), "spiral");

        assertThatThrownBy(() -> Strategies.in(List.of(jar)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half.jar: ")
                .hasMessageContaining("(expected: strategies that this program can load)");
    }

    @Test
    void shouldRefuseTwoOfOneName() throws Exception {
        Path jar = StrategyJar.make(dir.resolve("array.jar"), "array");

        assertThatThrownBy(() -> Strategies.in(List.of(jar)))
                .hasMessageContaining("strategy array: both ")
                .hasMessageContaining("(expected: one of that name)");
    }

    @Test
    void shouldNameTheNearestOfThoseThatThereAre() throws Exception {
        Path jar = StrategyJar.make(dir.resolve("spiral.jar"), "spiral");

        assertThatThrownBy(() -> Strategies.in(List.of(jar)).named("spirale"))
                .hasMessage(
                        "repl-buffer-strategy: spirale (expected: one of [array, logged-array, spiral]; nearest: spiral)");
        assertThatThrownBy(() -> Strategies.onClassPath().named("spirale"))
                .hasMessage(
                        "repl-buffer-strategy: spirale (expected: one of [array, logged-array])");
    }
}
