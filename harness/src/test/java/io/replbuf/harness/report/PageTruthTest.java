package io.replbuf.harness.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.replbuf.harness.measure.CsvWriter;
import io.replbuf.harness.measure.RunFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page may say of cells that failed, are suspect, dropped a laggard or broke a resync off. */
class PageTruthTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOGETHER_LEGACY = "stall-together-n16-legacy-r1";

    @TempDir private Path folder;
    private RunFiles files;

    @BeforeEach
    void writeARun() throws IOException {
        files = new RunFiles(SyntheticRun.quick(folder));
    }

    @Test
    void shouldUseNoNumberOfAFailedCell() throws IOException {
        String before = page();
        String peak = Units.bytes(new Facts(run()).peak("stall-together", "legacy"));
        assertThat(before).contains(peak);

        grade(TOGETHER_LEGACY, "failed", "digest: 3 mismatches (expected: none)");

        Run run = run();
        assertThat(run.group("stall-together").strategies()).doesNotContain("legacy");
        assertThat(claims(run)).noneMatch(f -> f.name().equals("stall-together.peak.legacy"));
        assertThat(new Decision(new Facts(run)).rows())
                .anySatisfy(row -> assertThat(row).contains("cell failed"));
        assertThat(page())
                .contains("Failed, so none of its numbers is here: " + TOGETHER_LEGACY)
                .contains("digest: 3 mismatches");
    }

    @Test
    void shouldMarkEveryNumberOfASuspectCellAndSayWhy() throws IOException {
        grade(
                TOGETHER_LEGACY,
                "suspect",
                "unexplained memory: 704740296 bytes (expected: at most 163840000)");

        Run run = run();
        String verdict = new Findings(run, new Facts(run)).verdict().text();
        assertThat(verdict).contains("† (legacy)").doesNotContain("† (shared)");
        assertThat(new Decision(new Facts(run)).rows().get(0).get(1)).endsWith("†");
        assertThat(page(Fonts.family()))
                .contains(
                        "† suspect, unexplained memory: 672 MiB (expected: at most 156 MiB): "
                                + TOGETHER_LEGACY)
                .contains("legacy † · stall-together");
    }

    @Test
    void shouldLookAtThePingOfTheDropsOwnSecond() throws IOException {
        for (String strategy : SyntheticRun.STRATEGIES) {
            events("drop-laggard-n3-" + strategy + "-r1", 5_000, 0, "reset-peer", "fault=drop");
        }

        Facts facts = new Facts(run());
        Drop legacy = facts.drops("drop-laggard", "legacy").get(0);
        // The synthetic pinger has its one spike of 14 ms in the second of the drop.
        assertThat(legacy.pingMicros()).isCloseTo(14_000, within(200.0));
        assertThat(legacy.asWithout()).isFalse();
        String text =
                new Findings(run(), facts)
                        .claims().stream().map(Claim::text).collect(Collectors.joining("\n"));
        assertThat(text).contains("above its control in the same second: legacy 1");

        // The same spike, but the replica was torn off in another second.
        events("drop-laggard-n3-legacy-r1", 2_000, 0, "reset-peer", "fault=drop");
        Drop elsewhere = new Facts(run()).drops("drop-laggard", "legacy").get(0);
        assertThat(elsewhere.pingMicros()).isLessThan(5_000);
        assertThat(elsewhere.asWithout()).isTrue();
    }

    @Test
    void shouldTellABrokenOffResyncFromAFinishedOne() throws IOException {
        String id = "slow-reader-n4-legacy-r1";
        List<String> lines = Files.readAllLines(files.resyncsFile(id));
        int first = 1;
        while (!lines.get(first).contains(",limit,") || lines.get(first).startsWith("-")) {
            first++;
        }
        lines.set(first, lines.get(first).replace(",limit,", ",limit-broken-off,"));
        Files.write(files.resyncsFile(id), lines);

        Facts facts = new Facts(run());
        double begun = facts.resyncs("slow-reader", "legacy", Resync.Kind.FULL);
        assertThat(facts.finishedFull("slow-reader", "legacy")).isEqualTo(begun - 1);
        assertThat(page()).contains("full resyncs and finished");
    }

    @Test
    void shouldSayNothingOfLatencyThatOneRepetitionCannotTell() throws IOException {
        Run run = run();
        assertThat(new Findings(run, new Facts(run)).claims())
                .noneMatch(claim -> claim.name().startsWith("steady"))
                .noneMatch(claim -> claim.text().contains("not distinguishable"));
    }

    @Test
    void shouldNameWhatAnOutageWasMeantToBe() throws IOException {
        String id = "disconnect-sweep-n12-legacy-r1";
        events(id, 500, 0, "disconnect", "for=250ms fault=outage");
        Cell cell = run().group("disconnect-sweep").largest().arm("legacy").typical();
        Resync first =
                ResyncFigures.after(cell).stream().filter(r -> r.replica() == 0).findFirst().get();
        assertThat(cell.plannedMillis(first)).isEqualTo(250);
        Resync other =
                ResyncFigures.after(cell).stream().filter(r -> r.replica() == 1).findFirst().get();
        assertThat(cell.plannedMillis(other)).isNaN();
    }

    @Test
    void shouldTellHowLongMallocKeptWhatWasFreedWhereATrimProvedIt() throws IOException {
        kept(true);
        assertThat(page())
                .contains("malloc kept up to <span data-number=\"kept.peak.legacy\"")
                .contains("Freed, kept by malloc: peak, given back after")
                .contains("1.17 GiB, 1.50 s");

        kept(false);
        assertThat(page()).doesNotContain("malloc kept up to");
    }

    private void kept(boolean confirmed) throws IOException {
        File file = files.cellFile(TOGETHER_LEGACY).toFile();
        ObjectNode cell = (ObjectNode) JSON.readTree(file);
        cell.putObject("kept")
                .put("peakBytes", 1_200L << 20)
                .put("peakMillis", 5_000)
                .put("heldMillis", 1_500)
                .putObject("trim")
                .put("beforeBytes", 0)
                .put("afterBytes", 0)
                .put("freedBytes", 0)
                .put("confirmed", confirmed)
                .putNull("error");
        JSON.writeValue(file, cell);
    }

    @Test
    void shouldStackThePartsOfRssUpToIt() throws IOException {
        long mib = 1 << 20;
        Path file = files.memoryFile(TOGETHER_LEGACY);
        Files.delete(file);
        List<String> columns =
                List.of(
                        "t_ms",
                        "rss",
                        "buf_unique",
                        "mem_keyspace",
                        "part_idle_jvm",
                        "part_heap",
                        "part_nonheap",
                        "part_direct",
                        "part_extents",
                        "part_pieces",
                        "part_kept",
                        "part_unexplained");
        try (CsvWriter csv = new CsvWriter(file, columns)) {
            csv.write(
                    0, 430 * mib, 60 * mib, 20 * mib, 100 * mib, 50 * mib, 30 * mib, 10 * mib,
                    64 * mib, 70 * mib, 100 * mib, 6 * mib);
        }
        Cell cell = run().group("stall-together").largest().arm("legacy").typical();
        double sum = Owner.in(cell).stream().mapToDouble(owner -> owner.bytes(cell)[0]).sum();
        assertThat(sum).isEqualTo(430.0 * mib);
        assertThat(Owner.in(cell)).contains(Owner.KEPT).doesNotContain(Owner.JVM, Owner.SERVER);
    }

    @Test
    void shouldGiveEveryFigureOfASentenceItsNameAndExactValue() throws IOException {
        Run run = run();
        Claim verdict = new Findings(run, new Facts(run)).verdict();
        double peak = new Facts(run).peak("stall-together", "shared");
        assertThat(verdict.figures())
                .anySatisfy(
                        figure -> {
                            assertThat(figure.name()).isEqualTo("stall-together.peak.shared");
                            assertThat(figure.value()).isEqualTo(peak);
                            assertThat(figure.text()).isEqualTo(Units.bytes(peak));
                        });
        assertThat(page())
                .contains(
                        "<span data-number=\"stall-together.peak.shared\" data-value=\""
                                + (long) peak
                                + "\">");
    }

    @Test
    void shouldLinkEveryCellToItsRawFiles() throws IOException {
        assertThat(page())
                .contains("href=\"cells/" + TOGETHER_LEGACY + "/memory.csv\"")
                .contains("href=\"cells/" + TOGETHER_LEGACY + "/\"");
    }

    @Test
    void shouldTellAReasonOnceWithAllCellsThatHaveIt() throws IOException {
        for (String strategy : SyntheticRun.STRATEGIES) {
            grade(
                    "steady-n8-" + strategy + "-r1",
                    "suspect",
                    "loader delay p99: 19" + strategy.length() + "2 us (expected: at most 1000)");
        }
        assertThat(Marks.grouped(run().counted()))
                .containsEntry(
                        "loader delay p99: 1.96 ms (expected: at most 1.00 ms) (the first of them)",
                        List.of(
                                "steady-n8-legacy-r1",
                                "steady-n8-shared-r1",
                                "steady-n8-aof-psync-r1"));
    }

    private Run run() throws IOException {
        return Run.read(files);
    }

    private static List<Claim.Stated> claims(Run run) {
        Facts facts = new Facts(run);
        Findings findings = new Findings(run, facts);
        return java.util.stream.Stream.of(
                        List.of(findings.verdict()), findings.claims(), new Advice(facts).claims())
                .flatMap(List::stream)
                .flatMap(claim -> claim.figures().stream())
                .toList();
    }

    /** Without its charts, as on a machine without fonts: sentences and tables are asked for here, and drawing takes seconds. */
    private String page() throws IOException {
        return page(null);
    }

    private String page(String font) throws IOException {
        return new Page(run(), new FigureFiles(folder.resolve("charts"), font)).write();
    }

    private void grade(String id, String status, String reason) throws IOException {
        File file = files.cellFile(id).toFile();
        ObjectNode cell = (ObjectNode) JSON.readTree(file);
        ObjectNode verdict = (ObjectNode) cell.get("verdict");
        verdict.put("status", status);
        verdict.putArray("reasons").add(reason);
        JSON.writeValue(file, cell);
    }

    private void events(String id, int millis, int replica, String verb, String args)
            throws IOException {
        Files.delete(files.eventsFile(id));
        try (CsvWriter csv = new CsvWriter(files.eventsFile(id), RunFiles.EVENT_COLUMNS)) {
            csv.write(millis, replica, verb, args);
        }
    }
}
