package io.replbuf.harness.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchmarkListTest {
    private static final List<Class<?>> BENCHMARKS =
            List.of(
                    FeedBenchmark.class,
                    GiveBackBenchmark.class,
                    HopBenchmark.class,
                    OpenBenchmark.class,
                    TrimBenchmark.class);

    private static final List<String> FLAGS = List.of("--add-opens=java.base/a=ALL-UNNAMED");

    /** Since JDK 23 a build without a named processor succeeds and lists nothing. */
    @Test
    void shouldListEveryBenchmarkThatTheProcessorSaw() throws IOException {
        try (InputStream in =
                BenchmarkListTest.class.getResourceAsStream("/META-INF/BenchmarkList")) {
            assertThat(in).as("META-INF/BenchmarkList").isNotNull();
            String list = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Class<?> benchmark : BENCHMARKS) {
                assertThat(list).contains(benchmark.getName());
            }
        }
    }

    @Test
    void shouldGiveForksTheFlagsAndMeasureAllocation() {
        List<String> arguments = MicroMain.arguments(List.of("Feed", "-f", "1"), FLAGS);

        assertThat(arguments)
                .startsWith("Feed", "-f", "1")
                .contains("-prof", "gc", "-rf", "json", "-rff");
        assertThat(arguments.get(arguments.indexOf("-jvmArgsAppend") + 1))
                .contains("--add-opens=java.base/");
    }

    @Test
    void shouldLeaveWhatTheCallerSaid() {
        List<String> arguments =
                MicroMain.arguments(
                        List.of(
                                "-rf",
                                "csv",
                                "-rff",
                                "x.csv",
                                "-prof",
                                "gc:churn=true",
                                "-jvmArgsAppend",
                                "-Xmx1g"),
                        FLAGS);

        assertThat(arguments)
                .doesNotContain("json", MicroMain.RESULT_FILE)
                .containsOnlyOnce("-prof");
        assertThat(arguments.get(arguments.indexOf("-jvmArgsAppend") + 1))
                .endsWith(" -Xmx1g")
                .contains("--add-opens");
    }
}
