package io.replbuf.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReplidTest {
    @Test
    void shouldBeFortyHexDigitsAndNeverTheSame() {
        Replid one = Replid.random();

        assertThat(one.hex()).matches("[0-9a-f]{40}");
        assertThat(Replid.random()).isNotEqualTo(one);
        assertThat(one).hasToString(one.hex());
    }

    @Test
    void shouldRefuseWhatIsNoReplid() {
        String digits = "0123456789abcdef0123456789abcdef01234567";
        assertThat(Replid.isValid(digits)).isTrue();
        for (String wrong :
                new String[] {
                    null,
                    "",
                    "?",
                    digits.substring(1),
                    digits + "0",
                    digits.toUpperCase(),
                    digits.replace('a', 'g')
                }) {
            assertThat(Replid.isValid(wrong)).as(wrong).isFalse();
            assertThatThrownBy(() -> new Replid(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected: 40 lower-case hex digits");
        }
    }
}
