package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.replbuf.harness.load.Transport;
import io.replbuf.harness.measure.Instruments;
import io.replbuf.harness.measure.Instruments.Reading;
import io.replbuf.harness.measure.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstrumentCheckTest {
    @TempDir Path folder;

    @Test
    void shouldReadWhatIsKnownOfAServerThatSleepsOnASchedule() throws Exception {
        RunFiles files = new RunFiles(folder);
        Instruments instruments = run(files);
        // A test shares its machine with others, so the server may sleep longer than its schedule
        // says. These are far from the tolerance, and from what a measure of service times reads.
        assertThat(instruments.readings())
                .extracting(Reading::percent)
                .containsExactly(50.0, 99.0, 99.9);
        List<Double> asPlanned = List.of(11_111.1, 160_000.0, 178_000.0);
        for (int i = 0; i < asPlanned.size(); i++) {
            assertThat(instruments.readings().get(i).expectedMicros())
                    .isBetween(asPlanned.get(i) - 1, asPlanned.get(i) + 40_000);
        }
        for (Reading reading : instruments.readings()) {
            assertThat(reading.measuredMicros())
                    .as("%s", reading)
                    .isCloseTo(reading.expectedMicros(), within(40_000.0));
        }
        assertThat(files.readInstruments()).isEqualTo(instruments);
        assertThat(Files.size(files.instrumentsLog())).isPositive();
    }

    @Test
    void shouldMakeLatenciesAdvisoryWhenAReadingIsOff() {
        assertThat(instruments(10_000, 12_000).doubt())
                .isEqualTo(
                        "instruments: a known server: p50 12.0 ms (known: 10.0), not within 2 % or 1 ms;"
                                + " the loader itself was 0.05 ms late at p99; latency is advisory");
        assertThat(instruments(10_000, 10_900).doubt()).isNull();
        assertThat(instruments(200_000, 203_900).doubt()).isNull();
        assertThat(instruments(200_000, 195_900).doubt()).isNotNull();
        Verdicts verdicts = new Verdicts();
        verdicts.doubtLatency(instruments(10_000, 12_000).doubt());
        assertThat(verdicts.verdict().latencyAdvisory()).isTrue();
        assertThat(verdicts.verdict().text()).isEqualTo("ok, latency advisory");
    }

    @Test
    void shouldDoubtLatenciesWhenTheCheckCannotBeMade() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        List<String> lines = new ArrayList<>();
        String doubt = InstrumentCheck.doubt(new RunFiles(file), lines::add);
        assertThat(doubt).startsWith("instruments: not checked: ");
        assertThat(lines).singleElement().asString().startsWith("Instruments: not checked: ");
    }

    /** A machine that lets a sleeper lie 40 ms too long has nothing to hold an instrument against. */
    private static Instruments run(RunFiles files) throws IOException, InterruptedException {
        try {
            return InstrumentCheck.run(files, Transport.best());
        } catch (IOException busy) {
            assumeFalse(busy.getMessage().contains("woken too late"), busy.getMessage());
            throw busy;
        }
    }

    private static Instruments instruments(double expected, double measured) {
        return new Instruments(
                RunFiles.SCHEMA_VERSION,
                "a known server",
                List.of(new Reading(50, expected, measured)),
                50);
    }
}
