package io.replbuf;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The engine's arrows:
 *
 * <pre>
 *   server --> primary, replica --> buffer, log, snapshot, keyspace --> resp, stream, memory
 * </pre>
 *
 * <p>Packages of one rank do not know each other, but for two: a snapshot is a cut of a keyspace, and the log is the seam's
 * history of the stream and is fed from one of its cursors.
 */
class ArchitectureTest {
    private static final String BASE = "io.replbuf.";
    private static final List<Set<String>> RANKS =
            List.of(
                    Set.of("resp", "stream", "memory"),
                    Set.of("buffer", "log", "snapshot", "keyspace"),
                    Set.of("primary", "replica"),
                    Set.of("server"));
    private static final Set<List<String>> SAME_RANK_ALLOWED =
            Set.of(List.of("snapshot", "keyspace"), List.of("log", "buffer"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.replbuf");

    @Test
    void shouldDependOneWayOnly() {
        for (int rank = 0; rank < RANKS.size(); rank++) {
            for (String from : RANKS.get(rank)) {
                String[] forbidden = forbidden(rank, from);
                if (forbidden.length > 0) {
                    rule(from, forbidden).check(CLASSES);
                }
            }
        }
    }

    @Test
    void shouldKeepTheSeamFreeOfNettyAndOfTheServer() {
        noClasses()
                .that()
                .resideInAnyPackage(BASE + "buffer..", BASE + "stream..", BASE + "memory..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "net.openhft..")
                .because("who embeds a strategy brings neither our server nor its libraries")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void shouldKnowNeitherStrategiesNorHarness() {
        noClasses()
                .that(resideInAPackage("io.replbuf.."))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                BASE + "legacy..",
                                BASE + "shared..",
                                BASE + "aofpsync..",
                                BASE + "harness.."))
                .check(CLASSES);
    }

    /** All durations are monotonic; what asks for the time of day says a date, or loads or expires keys by it. */
    @Test
    void shouldAskForTheTimeOfDayInFewPlaces() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(BASE + "server.CommandLoop")
                .and()
                .doNotHaveFullyQualifiedName(BASE + "server.CounterPublisher")
                .and()
                .doNotHaveFullyQualifiedName(BASE + "server.InfoProcess")
                .and()
                .doNotHaveFullyQualifiedName(BASE + "server.Loading")
                .and()
                .doNotHaveFullyQualifiedName(BASE + "log.LogEnv")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .because("a step of the wall clock must not end a link, a limit or a snapshot")
                .check(CLASSES);
    }

    @Test
    void shouldLiveInKnownRooms() {
        List<String> rooms = new ArrayList<>();
        RANKS.forEach(rank -> rank.forEach(room -> rooms.add(BASE + room + "..")));
        noClasses().should().resideOutsideOfPackages(rooms.toArray(String[]::new)).check(CLASSES);
    }

    @Test
    void shouldSayInEachPackageWhatLivesThere() throws IOException {
        Path sources = Path.of("src", "main", "java");
        try (Stream<Path> walk = Files.walk(sources)) {
            List<Path> silent =
                    walk.filter(Files::isDirectory)
                            .filter(ArchitectureTest::holdsJava)
                            .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                            .toList();
            assertThat(silent).isEmpty();
        }
    }

    /** Same and higher ranks, less the package itself and what is allowed beside it. */
    private static String[] forbidden(int rank, String from) {
        List<String> packages = new ArrayList<>();
        for (int other = rank; other < RANKS.size(); other++) {
            for (String to : RANKS.get(other)) {
                if (!to.equals(from) && !SAME_RANK_ALLOWED.contains(List.of(from, to))) {
                    packages.add(BASE + to + "..");
                }
            }
        }
        return packages.toArray(String[]::new);
    }

    private static ArchRule rule(String from, String[] forbidden) {
        return noClasses()
                .that()
                .resideInAPackage(BASE + from + "..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(forbidden)
                                .and(not(resideInAPackage(BASE + from + ".."))))
                .allowEmptyShould(true);
    }

    private static boolean holdsJava(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".java"));
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
