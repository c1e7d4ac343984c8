package io.replbuf;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The engine's arrows:
 *
 * <pre>
 *   server --> primary, replica --> buffer, log, snapshot, keyspace --> resp, stream, memory --> fault
 * </pre>
 *
 * <p>Packages of one rank do not know each other, but for two: a snapshot is a cut of a keyspace, and the log is the seam's
 * history of the stream and is fed from one of its cursors.
 */
class ArchitectureTest {
    private static final String BASE = "io.replbuf.";
    private static final List<Set<String>> RANKS =
            List.of(
                    Set.of("fault"),
                    Set.of("resp", "stream", "memory"),
                    Set.of("buffer", "log", "snapshot", "keyspace"),
                    Set.of("primary", "replica"),
                    Set.of("server"));
    private static final Set<List<String>> SAME_RANK_ALLOWED =
            Set.of(List.of("snapshot", "keyspace"), List.of("log", "buffer"));

    private static final Pattern EXCEPTION_VARIABLE =
            Pattern.compile("\\b(?:Throwable|\\w+Exception|\\w+Error) (\\w+)\\b(?! extends)");

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
                .doNotHaveFullyQualifiedName(BASE + "server.ServerEnv")
                .and()
                .doNotHaveFullyQualifiedName(BASE + "server.CounterPublisher")
                .and()
                .doNotHaveFullyQualifiedName(BASE + "log.LogEnv")
                .should()
                .accessTargetWhere(target(name("currentTimeMillis")))
                .because("a step of the wall clock must not end a link, a limit or a snapshot")
                .check(CLASSES);
    }

    /** {@code java.nio.file.NoSuchFileException: /x} tells an operator about our code, not about the file. */
    @Test
    void shouldWordFailuresInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + "fault..")
                .and()
                // A class that a strategy's jar lacks is what its operator has to know.
                .doNotHaveFullyQualifiedName(BASE + "buffer.Strategies")
                .and()
                // It knows an error by its message, and shows none.
                .doNotHaveFullyQualifiedName(BASE + "server.NativeExhaustion")
                .should()
                .callMethodWhere(target(owner(throwable())).and(target(name("toString"))))
                .orShould()
                .callMethodWhere(
                        target(owner(throwable()))
                                .and(not(target(owner(ours()))))
                                .and(target(name("getMessage"))))
                .because(
                        "FaultText has a word where an exception has a class name, a path or nothing")
                .check(CLASSES);
    }

    /** Byte code does not tell what is joined into a text, so the sources are read: what they declare an exception stays out of {@code +}. */
    @Test
    void shouldJoinNoExceptionIntoAText() throws IOException {
        List<String> joined = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file : walk.filter(path -> path.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                Matcher declared = EXCEPTION_VARIABLE.matcher(source);
                while (declared.find()) {
                    String name = Pattern.quote(declared.group(1));
                    Pattern join =
                            Pattern.compile("\\+ " + name + "\\b(?!\\.)|\\b" + name + " \\+");
                    if (join.matcher(source).find()) {
                        joined.add(file + " joins " + declared.group());
                    }
                }
            }
        }
        assertThat(joined).isEmpty();
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

    private static DescribedPredicate<JavaClass> throwable() {
        return DescribedPredicate.describe(
                "exceptions and errors", type -> isThrowable(type.getName()));
    }

    /** Their messages are sentences of ours. */
    private static DescribedPredicate<JavaClass> ours() {
        return DescribedPredicate.describe(
                "exceptions of ours",
                type ->
                        type.getPackageName().startsWith("io.replbuf")
                                || type.isEquivalentTo(IllegalArgumentException.class));
    }

    private static boolean isThrowable(String type) {
        try {
            return Throwable.class.isAssignableFrom(
                    Class.forName(type, false, ArchitectureTest.class.getClassLoader()));
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
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
