package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums as redis-server 7.0.15 on x86-64 prints them. */
class ExtendedRealTest {
    @ParameterizedTest
    @CsvSource({
        "0x10,1,17",
        "0x1p4,1,17",
        "+5,0x1F,36",
        "0x.8,0X1P-1,1",
        "0xA.8,0,10.5",
        "-0x1.8p1,0,-3",
        "0x0p99999999999,2,2",
        "0x1p-20,0,0.00000095367431641",
        "0xffffffffffffffffffff,0,1208925819614629174706176",
        ".5,5.,5.5",
        "1e3,-0.1,999.90000000000000002"
    })
    void shouldAddDecimalAndHexadecimalNumbers(String one, String other, String sum) {
        assertThat(ExtendedReal.parse(one).plus(ExtendedReal.parse(other))).hasToString(sum);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "0x",
                "0x.",
                "0xg",
                "0x1p",
                "0x1p+",
                "x10",
                "0x1e400p",
                "nan",
                "0x1p16384",
                "0x1p-16446",
                "0x1p99999999999",
                "0x1p-99999999999",
                "1e5000"
            })
    void shouldTakeNothingElse(String text) {
        assertThatThrownBy(() -> ExtendedReal.parse(text))
                .isInstanceOf(CommandException.class)
                .hasMessage("ERR value is not a valid float");
    }

    @Test
    void shouldTakeTheLargestAndTheSmallestOfAll() {
        assertThat(ExtendedReal.parse("0x1.fffffffffffffffep16383").toString()).hasSize(4933);
        assertThat(ExtendedReal.parse("0x1p-16445")).hasToString("0");
    }
}
