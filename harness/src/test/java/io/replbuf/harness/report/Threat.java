package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A sentence under "Threats to validity": known by its words, its numbers counted again. */
final class Threat {
    private final RawRun raw;
    private final String text;

    Threat(RawRun raw, String text) {
        this.raw = raw;
        this.text = text;
    }

    void check() {
        if (text.startsWith("The instruments ")) {
            assertThat(text).isEqualTo(instruments());
            return;
        }
        List<Double> expected = expected();
        List<Printed> printed = Printed.in(text);
        assertThat(printed).as(text + ": numbers " + expected).hasSameSizeAs(expected);
        for (int i = 0; i < printed.size(); i++) {
            assertThat(printed.get(i).says(expected.get(i)))
                    .as(text + ": " + expected.get(i))
                    .isTrue();
        }
    }

    private List<Double> expected() {
        double repetitions = RawCell.max(raw.all, cell -> cell.number("repetition"));
        if (text.startsWith("Stamp of the run: ")) {
            assertThat(text).contains(raw.run.get("stamp").asText());
            return Printed.in(raw.run.get("stamp").asText()).stream().map(Printed::value).toList();
        } else if (text.startsWith("One repetition per cell")) {
            assertThat(repetitions).isEqualTo(1);
            return List.of();
        } else if (is("# repetitions in fresh processes; .*")) {
            return List.of(repetitions);
        } else if (is("Engine, loader and replicas shared # cores: .*")) {
            return List.of(raw.environment.get("cores").asDouble());
        } else if (is("# of # cells failed: .*")) {
            return ofAll(raw.number(RawCell::failed));
        } else if (is("# of # cells are suspect: .*")) {
            return ofAll(raw.number(RawCell::suspect));
        } else if (is("# of # cells are advisory for latency: .*")) {
            return ofAll(raw.number(RawCell::advisory));
        } else if (is("In # of # cells the loader sent more than # late at p99\\.")) {
            List<Double> numbers =
                    new ArrayList<>(
                            ofAll(raw.number(c -> c.number("latency", "loaderDelayP99") > 1_000)));
            numbers.add(1.0);
            return numbers;
        } else if (is("In # of # cells less than # % of the offered writes were answered: .*")) {
            List<Double> numbers =
                    new ArrayList<>(
                            ofAll(
                                    raw.number(
                                            c ->
                                                    c.number("achievedPerSecond")
                                                            < 0.99
                                                                    * c.number(
                                                                            "offeredPerSecond"))));
            numbers.add(99.0);
            return numbers;
        } else if (is("In # of # cells loader and replicas took over half of .*")) {
            return ofAll(
                    raw.number(c -> c.number("harnessCpuMillis") > c.number("serverCpuMillis")));
        } else if (text.startsWith("Foreign load: ")) {
            return foreign();
        } else if (is("# of # cells were run a second time for it\\.")) {
            return List.of(
                    (double) raw.number(c -> c.number("machine", "attempt") > 1),
                    (double) raw.number(c -> c.json.path("machine").isObject()));
        } else if (is("Real servers: memory is read from INFO at # Hz .*")) {
            return List.of(10.0);
        }
        assertThat(text)
                .as("a threat that is known")
                .matches(
                        "Loopback: .*|The working directory had changes .*|The environment was not recorded: .*|The run did not finish .*");
        return List.of();
    }

    /** The whole sentence, made of the raw file. */
    private String instruments() {
        if (raw.instruments == null) {
            return "The instruments were not held against a server whose response times are known.";
        }
        boolean within = true;
        List<String> readings = new ArrayList<>();
        for (JsonNode reading : raw.instruments.get("readings")) {
            double known = reading.get("expectedMicros").asDouble();
            double read = reading.get("measuredMicros").asDouble();
            within &= Math.abs(read - known) <= Math.max(1_000, 0.02 * known);
            readings.add(
                    String.format(
                            Locale.ROOT,
                            "p%s %.1f ms (known: %.1f)",
                            reading.get("percent").asText().replaceFirst("\\.0$", ""),
                            read / 1e3,
                            known / 1e3));
        }
        return (within
                        ? "The instruments were held against a server whose response times are known: "
                        : "The instruments read wrong at a server whose response times are known, so no latency of this run may be used: ")
                + raw.instruments.get("target").asText()
                + ": "
                + String.join(", ", readings)
                + (within ? ", within" : ", not within")
                + String.format(
                        Locale.ROOT,
                        " 2 %% or 1 ms; the loader itself was %.2f ms late at p99.",
                        raw.instruments.get("loaderDelayP99Micros").asDouble() / 1e3);
    }

    private List<Double> foreign() {
        double most = 0;
        long disturbed = 0;
        for (RawCell cell : raw.all) {
            double cores = cell.number("machine", "coresByOwner", "foreign");
            double stolen = cell.number("machine", "coresByOwner", "stolen");
            cores += Double.isNaN(stolen) ? 0 : stolen;
            if (cores > 0.1) {
                disturbed++;
                most = Math.max(most, cores);
            }
        }
        return List.of(
                (double) disturbed,
                (double) raw.number(c -> c.json.path("machine").isObject()),
                0.1,
                most);
    }

    private List<Double> ofAll(long count) {
        return List.of((double) count, (double) raw.all.size());
    }

    private boolean is(String words) {
        return Pattern.matches(words.replace("#", "[0-9][0-9,.]*(?: (?:ms|s))?"), text);
    }
}
