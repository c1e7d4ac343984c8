package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.memory.Extent;
import io.replbuf.testing.EmbeddingProgram;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The strategy in a JVM without flags, and in one that lets nobody free memory. */
class JvmFlagsTest {
    @Test
    void shouldNeedNoFlagsAndGiveMemoryBack() throws Exception {
        assertGivesBack(List.of());
    }

    @Test
    @EnabledForJreRange(minVersion = 24)
    void shouldNotNeedUnsafe() throws Exception {
        assertGivesBack(List.of("--sun-misc-unsafe-memory-access=deny"));
        assertGivesBack(List.of("--illegal-native-access=deny"));
    }

    private static void assertGivesBack(List<String> flags) throws Exception {
        var outcome = EmbeddingProgram.run(new SharedBufferFactory(), flags);

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.warnings()).isEmpty();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.number("peak")).isGreaterThanOrEqualTo(4L * Extent.BYTES);
        assertThat(outcome.number("mapped")).isLessThanOrEqualTo(Extent.BYTES);
        assertThat(outcome.number("live")).isZero();
    }

    /** Without the module that has Unsafe; from Java 22 on extents come from arenas, which nobody can take away. */
    @Test
    @EnabledForJreRange(max = JRE.JAVA_21)
    void shouldSayOnceThatMemoryCannotBeGivenBackAndUseItAgain() throws Exception {
        var outcome =
                EmbeddingProgram.run(
                        new SharedBufferFactory(),
                        List.of("--limit-modules=java.base,java.xml,java.naming"));

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.warnings())
                .singleElement()
                .asString()
                .startsWith("WARN This JVM cannot give native memory back");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.number("mapped")).isEqualTo(outcome.number("peak"));
        assertThat(outcome.number("live")).isZero();
    }
}
