package io.replbuf.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PublicApiDifferenceTest {
    private static final String PAGE =
            """
            a.Cursor: public interface
                public abstract void close()
            a.Range: public record(long from, long to)
                public long from()
            """;

    @Test
    void shouldSayNothingOfEqualPages() {
        assertThat(PublicApi.difference(PAGE, PAGE)).isEmpty();
    }

    @Test
    void shouldNameTheTypeOfEachMemberThatCameOrWent() {
        assertThat(PublicApi.difference(PAGE, PAGE.replace("long from()", "int from()")))
                .isEqualTo("  + a.Range: public int from()\n  - a.Range: public long from()\n");
        assertThat(PublicApi.difference("", PAGE).lines())
                .hasSize(4)
                .allMatch(line -> line.startsWith("  + "));
        assertThat(
                        PublicApi.difference(
                                PAGE, PAGE.replace("public interface", "public final class")))
                .isEqualTo("  + a.Cursor: public final class\n  - a.Cursor: public interface\n");
    }
}
