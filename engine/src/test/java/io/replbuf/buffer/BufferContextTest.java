package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BufferContextTest {
    private static final List<BufferOption> DESCRIBED =
            List.of(
                    new BufferOption("repl-buffer-block-size", "auto", "bytes of a block"),
                    new BufferOption("repl-buffer-rules", "replbuf", "whose rules apply"));

    private final Extents extents = new Extents(Extent.BYTES, null);
    private final Account account = new Accountant().account(Owner.REPLICATION);

    @Test
    void shouldRefuseToGoWithoutWhatEveryBufferNeeds() {
        assertThatThrownBy(() -> context(null, account, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("extents: null (expected: Extents)");
        assertThatThrownBy(() -> context(extents, null, Map.of()))
                .hasMessage("account: null (expected: an Account)");
        assertThatThrownBy(() -> context(extents, account, null))
                .hasMessage("options: null (expected: a map, empty for all defaults)");
    }

    @Test
    void shouldNameTheNearestOfWhatIsDescribed() {
        assertThatCode(
                        () ->
                                context(extents, account, Map.of("repl-buffer-rules", "redis7"))
                                        .requireOptionsOf(DESCRIBED))
                .doesNotThrowAnyException();
        assertThatThrownBy(
                        () ->
                                context(extents, account, Map.of("repl-bufer-block-size", "4096"))
                                        .requireOptionsOf(DESCRIBED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "repl-bufer-block-size: 4096 (expected: one of [repl-buffer-block-size, repl-buffer-rules]; nearest: repl-buffer-block-size)");
        assertThatThrownBy(
                        () ->
                                context(extents, account, Map.of("x", "1"))
                                        .requireOptionsOf(List.of()))
                .hasMessage("x: 1 (expected: one of [])");
    }

    @Test
    void shouldSelectForOneReaderWhatItDescribes() {
        assertThat(
                        BufferOption.select(
                                Map.of("repl-buffer-rules", "redis7", "appendfsync", "no"),
                                DESCRIBED))
                .containsOnly(Map.entry("repl-buffer-rules", "redis7"));
    }

    private static BufferContext context(
            Extents extents, Account account, Map<String, String> options) {
        return new BufferContext(
                System::nanoTime, extents, account, Runnable::run, null, 1, 1024, options);
    }
}
