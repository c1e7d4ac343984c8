package io.replbuf.harness.micro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns JMH's JSON into a table that a person reads: a line a benchmark and parameters, with what it allocates. */
final class MicroSummary {
    /** Below it nothing is allocated per operation; the profiler's own bytes are spread over all of them. */
    private static final double NOTHING_BYTES = 0.5;

    private MicroSummary() {}

    /**
     * Writes {@code summary.md} beside the results.
     *
     * @param results JMH's {@code -rf json} file
     * @return the summary's file
     */
    static Path write(Path results) throws IOException {
        Path summary = results.toAbsolutePath().resolveSibling("summary.md");
        Files.writeString(summary, text(new ObjectMapper().readTree(results.toFile())));
        return summary;
    }

    static String text(JsonNode results) {
        StringBuilder text = new StringBuilder("# Micro benchmarks\n\n");
        JsonNode first = results.path(0);
        text.append("JMH ")
                .append(first.path("jmhVersion").asText("?"))
                .append(", JDK ")
                .append(first.path("jdkVersion").asText("?"))
                .append(
                        ". Score: mean over all forks' iterations ± JMH's 99.9 % error; B/op: normalised")
                .append(" allocation, 0 where it is below ")
                .append(NOTHING_BYTES)
                .append(".\n\n| benchmark | parameters | score | B/op | forks × iterations |\n")
                .append("|-|-|-|-|-|\n");
        for (JsonNode result : results) {
            text.append("| ")
                    .append(name(result.path("benchmark").asText()))
                    .append(" | ")
                    .append(parameters(result.path("params")))
                    .append(" | ")
                    .append(score(result.path("primaryMetric")))
                    .append(" | ")
                    .append(allocation(result.path("secondaryMetrics")))
                    .append(" | ")
                    .append(result.path("forks").asInt())
                    .append(" × ")
                    .append(result.path("measurementIterations").asInt())
                    .append(" |\n");
        }
        return text.toString();
    }

    /** Class and method without the package. */
    private static String name(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }

    private static String parameters(JsonNode params) {
        List<String> words = new ArrayList<>();
        for (Map.Entry<String, JsonNode> param : params.properties()) {
            words.add(param.getKey() + " " + param.getValue().asText());
        }
        return String.join(", ", words);
    }

    private static String score(JsonNode metric) {
        double error = metric.path("scoreError").asDouble(Double.NaN);
        return String.format(
                        Locale.ROOT,
                        Double.isNaN(error) ? "%.4g" : "%.4g ± %.2g",
                        metric.path("score").asDouble(),
                        error)
                + " "
                + metric.path("scoreUnit").asText();
    }

    private static String allocation(JsonNode metrics) {
        JsonNode norm = metrics.path("gc.alloc.rate.norm").path("score");
        if (norm.isMissingNode()) {
            return "–";
        }
        double bytes = norm.asDouble();
        return bytes < NOTHING_BYTES ? "0" : String.format(Locale.ROOT, "%.1f", bytes);
    }
}
