package io.replbuf.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.testing.EmbeddingProgram;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The strategy in a JVM without flags: from Java 22 on that has no malloc to lend, which is said once. */
class JvmFlagsTest {
    @Test
    void shouldRunWithoutFlagsAndSayWhereChunksArePooledForThat() throws Exception {
        var outcome = EmbeddingProgram.run(new LegacyBufferFactory(), List.of());

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.number("live")).isZero();
        if (Runtime.version().feature() < 22) {
            assertThat(outcome.warnings()).isEmpty();
        } else {
            assertThat(outcome.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("WARN repl-buffer-pooled no: this JVM lends malloc only with");
        }
    }
}
