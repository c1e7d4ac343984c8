package io.replbuf.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static io.replbuf.examples.FeedProcess.BACKLOG_BYTES;
import static io.replbuf.examples.FeedProcess.MIB;
import static io.replbuf.examples.FeedProcess.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example, with each strategy; every byte that they receive is checked. */
class MarketDataFeedTest {
    @TempDir private Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldResumeAClientAtTheByteWhereItLeftOff(String strategy) throws IOException {
        try (FeedProcess process = new FeedProcess(strategy, dir)) {
            FeedReader steady = process.connect();
            FeedReader leaving = process.connect();
            await(() -> steady.offset() == 1 && leaving.offset() == 1);
            leaving.leaveAt(300_000);
            process.publish(MIB, steady);
            await(leaving::left);

            process.publish(MIB / 2, steady);
            long lacked = leaving.offset();
            FeedReader back = process.connect("?from=" + lacked, false);
            process.publish(MIB, steady, back);
            process.awaitAll(steady, back);

            assertThat(lacked).isBetween(300_000L, (long) MIB + 1000);
            assertThat(back.offset()).isEqualTo(process.nextOffset());
        }
    }

    /** 24 MiB, of which the sockets on the way swallow up to 10; the limit is at 4, the backlog 2. */
    @ParameterizedTest
    @ValueSource(strings = {"legacy", "shared", "aof-psync"})
    void shouldLetNoSlowClientDisturbTheOthers(String strategy) throws IOException {
        try (FeedProcess process = new FeedProcess(strategy, dir)) {
            FeedReader one = process.connect();
            FeedReader other = process.connect();
            FeedReader slow = process.connect("", true);
            await(() -> one.offset() == 1 && other.offset() == 1 && slow.offset() == 1);

            process.publish(24 * MIB, one, other);
            process.awaitAll(one, other);

            assertThat(process.peakBytes()).isBetween((long) BACKLOG_BYTES, 12L * MIB);
            slow.go();
            if (process.hasLog()) {
                process.awaitAll(slow);
                assertThat(process.stats().demotions()).isPositive();
                await(() -> process.stats().handOffs() > 0);
            } else {
                await(slow::left);
                shouldRefuse(process, slow.offset());
            }
            // Whatever became of the slow one: what is new reaches who is there.
            FeedReader fresh = process.connect();
            await(() -> fresh.offset() == process.nextOffset());
            process.publish(MIB, one, other, fresh);
            process.awaitAll(one, other, fresh);
            assertThat(process.stats().retainedBytes()).isLessThan(8L * MIB);
        }
    }

    private static void shouldRefuse(FeedProcess process, long offset) {
        FeedReader late = process.connect("?from=" + offset, false);
        await(late::left);
        assertThat(late.closeCode()).isEqualTo(FeedClient.GONE);
        assertThat(late.closeReason())
                .startsWith("from: " + offset + " (expected: ")
                .contains("nextOffset=" + process.nextOffset());
    }

    @Test
    void shouldRefuseWhatIsNoOffset() throws IOException {
        try (FeedProcess process = new FeedProcess("shared", dir)) {
            FeedReader reader = process.connect("?from=x1", false);
            await(reader::left);
            assertThat(reader.closeCode()).isEqualTo(FeedClient.NO_OFFSET);
            assertThat(reader.closeReason())
                    .isEqualTo("from: \"x1\" (expected: an offset in digits)");
        }
    }

    @Test
    void shouldStandOnTheSeamAlone() {
        classes()
                .that()
                .haveNameMatching(".*\\.(MarketDataFeed|FeedClient)(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "",
                        "java..",
                        "io.netty..",
                        "io.replbuf.buffer",
                        "io.replbuf.stream",
                        "io.replbuf.examples")
                .check(new ClassFileImporter().importPackages("io.replbuf.examples"));
    }
}
