package io.replbuf.harness.micro;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MicroSummaryTest {
    @Test
    void shouldSayWhatAStepCostsAndThatItAllocatesNothing() throws IOException {
        String text =
                MicroSummary.text(
                        new ObjectMapper()
                                .readTree(
                                        """
                                        [{"jmhVersion": "1.37", "jdkVersion": "17.0.1",
                                          "benchmark": "io.replbuf.harness.micro.FeedBenchmark.feed",
                                          "forks": 5, "measurementIterations": 5,
                                          "params": {"strategy": "shared", "replicas": "8"},
                                          "primaryMetric": {"score": 123.456, "scoreError": 1.5, "scoreUnit": "ns/op"},
                                          "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 0.003}}},
                                         {"benchmark": "io.replbuf.harness.micro.OpenBenchmark.openAndClose",
                                          "forks": 1, "measurementIterations": 1, "params": {},
                                          "primaryMetric": {"score": 80, "scoreError": "NaN", "scoreUnit": "ns/op"},
                                          "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 72.04}}}]
                                        """));
        assertThat(text)
                .contains("JMH 1.37, JDK 17.0.1")
                .contains(
                        "| FeedBenchmark.feed | strategy shared, replicas 8 | 123.5 ± 1.5 ns/op | 0 | 5 × 5 |")
                .contains("| OpenBenchmark.openAndClose |  | 80.00 ns/op | 72.0 | 1 × 1 |");
    }
}
