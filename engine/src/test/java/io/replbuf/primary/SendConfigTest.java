package io.replbuf.primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SendConfigTest {
    @Test
    void shouldGatherForHalfAMillisecondAtMostByDefault() {
        SendConfig config = SendConfig.of(Map.of());

        assertThat(config.delayNanosMax()).isEqualTo(500_000);
        assertThat(config.callBytes()).isEqualTo(256 << 10);
        assertThat(config.quantumBytes()).isEqualTo(256 << 10);
    }

    @Test
    void shouldNameDirectiveValueAndExpectation() {
        assertThatThrownBy(() -> SendConfig.of(Map.of("repl-buffer-send-max-bytes", "1mb")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("repl-buffer-send-max-bytes: 1mb (expected: 1024 to 262144)");
        assertThatThrownBy(() -> SendConfig.of(Map.of("repl-buffer-send-quantum", "12x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("repl-buffer-send-quantum");
    }
}
