package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "*, abc, true",
        "'', '', true",
        "'', a, false",
        "a*c, abbc, true",
        "a*c, abcd, false",
        "h?llo, hello, true",
        "h?llo, hllo, false",
        "h[ae]llo, hallo, true",
        "h[^e]llo, hello, false",
        "h[a-c]llo, hbllo, true",
        "h[c-a]llo, hbllo, true",
        "h[a-c]llo, hdllo, false",
        "a\\*, a*, true",
        "a\\*, ab, false",
        "[\\]], ], true",
        "[ab, b, true",
        "[ab, c, false",
        "**a**b**, xaybz, true",
        "*a*a*b, aaaa, false",
        "a\\, a\\, true",
        "[^]x, bx, true",
        "[a-, -, true"
    })
    void shouldMatchAsRedisDoes(String pattern, String text, boolean matches) {
        assertThat(matches(pattern, text)).isEqualTo(matches);
    }

    @Test
    void shouldNotTakeExponentialTime() {
        assertThat(matches("a*".repeat(40) + "b", "a".repeat(5000))).isFalse();
    }

    private static boolean matches(String pattern, String text) {
        return new Glob(pattern.getBytes(StandardCharsets.ISO_8859_1))
                .matches(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }
}
