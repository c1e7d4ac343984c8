package io.replbuf.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.harness.measure.CellResult.Status;
import io.replbuf.harness.measure.CellResult.Verdict;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private final Map<String, Verdict> verdicts = new LinkedHashMap<>();

    @Test
    void shouldEndWithTheReportsPath() {
        verdicts.put("a", Verdict.ok());
        verdicts.put("b", new Verdict(Status.OK, true, List.of("loader late")));

        assertThat(Summary.of(verdicts, Path.of("/r/report.html")))
                .containsExactly(
                        "2 cells: 0 failed, 0 suspect, 2 ok; latency advisory in 1",
                        "Report: /r/report.html");
    }

    @Test
    void shouldNameWhatWasFailedOrSuspectWithTheFirstReason() {
        verdicts.put("a", new Verdict(Status.FAILED, true, List.of("stream: 1 gaps", "late")));
        verdicts.put("b", Verdict.ok());
        verdicts.put("c", new Verdict(Status.SUSPECT, false, List.of("rate:\n 1/s")));

        assertThat(Summary.of(verdicts, null))
                .containsExactly(
                        "Suspect: c: rate: 1/s",
                        "Failed: a: stream: 1 gaps",
                        "3 cells: 1 failed, 1 suspect, 1 ok; latency advisory in 1");
    }

    @Test
    void shouldCutALogThatStandsInAReason() {
        verdicts.put("a", new Verdict(Status.FAILED, false, List.of("x".repeat(5_000))));

        assertThat(Summary.of(verdicts, null).get(0)).hasSizeLessThan(220).endsWith(" …");
    }
}
