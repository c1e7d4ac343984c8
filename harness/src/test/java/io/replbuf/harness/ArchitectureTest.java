package io.replbuf.harness;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * The arrows between modules, and between the harness' rooms:
 *
 * <pre>
 *   harness --> strategies --> engine,   aof-psync --> shared
 *
 *   cli --> run, report --> load, replica --> measure
 *   stats --> scenario, which knows nobody; micro knows only engine and strategies
 * </pre>
 */
class ArchitectureTest {
    private static final String ENGINE =
            "io.replbuf.[memory|stream|buffer|resp|keyspace|snapshot|log|primary|replica|server]..";

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.replbuf");

    @Test
    void shouldPointFromHarnessToStrategiesToEngine() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.replbuf..")
                .layer("harness")
                .definedBy("io.replbuf.harness..")
                .optionalLayer("legacy")
                .definedBy("io.replbuf.legacy..")
                .optionalLayer("aof-psync")
                .definedBy("io.replbuf.aofpsync..")
                .optionalLayer("shared")
                .definedBy("io.replbuf.shared..")
                .layer("engine")
                .definedBy(ENGINE)
                .whereLayer("harness")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("legacy")
                .mayOnlyBeAccessedByLayers("harness")
                .whereLayer("aof-psync")
                .mayOnlyBeAccessedByLayers("harness")
                .whereLayer("shared")
                .mayOnlyBeAccessedByLayers("harness", "aof-psync")
                .check(CLASSES);
    }

    @Test
    void shouldLetStrategiesReachTheSeamAndNothingOfTheServer() {
        noClasses()
                .that()
                .resideInAnyPackage("io.replbuf.legacy..", "io.replbuf.shared..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.replbuf.resp..",
                        "io.replbuf.keyspace..",
                        "io.replbuf.snapshot..",
                        "io.replbuf.primary..",
                        "io.replbuf.replica..",
                        "io.replbuf.server..",
                        "io.replbuf.log..",
                        "io.netty..",
                        "net.openhft..")
                .allowEmptyShould(true)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.replbuf.aofpsync..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.replbuf.resp..",
                        "io.replbuf.keyspace..",
                        "io.replbuf.primary..",
                        "io.replbuf.server..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void shouldKeepMeasuringToolsOutOfWhatGoesToProduction() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.replbuf.harness..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.openjdk.jmh..",
                        "org.knowm.xchart..",
                        "org.HdrHistogram..",
                        "picocli..",
                        "com.fasterxml.jackson..",
                        "org.apache.commons.math3..")
                .check(CLASSES);
    }

    @Test
    void shouldKeepTheScenarioModelFreeOfEverythingElse() {
        noClasses()
                .that()
                .resideInAPackage("io.replbuf.harness.scenario..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.replbuf.harness.[load|replica|measure|run|report|stats|micro|cli]..",
                        "io.replbuf.[memory|stream|buffer|resp|keyspace|snapshot|log|primary|replica|server]..",
                        "io.netty..")
                .check(CLASSES);
    }

    @Test
    void shouldLetNobodyKnowTheCommandLine() {
        classes()
                .that()
                .resideInAPackage("io.replbuf.harness.cli..")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAPackage("io.replbuf.harness.cli..")
                .check(CLASSES);
    }

    @Test
    void shouldReportFromFilesAlone() {
        noClasses()
                .that()
                .resideInAnyPackage("io.replbuf.harness.report..", "io.replbuf.harness.stats..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.replbuf.harness.[load|replica|run|micro|cli]..",
                        "io.replbuf.[primary|server|replica]..")
                .check(CLASSES);
    }

    @Test
    void shouldMeasureInnerStepsWithoutTheHarness() {
        noClasses()
                .that()
                .resideInAPackage("io.replbuf.harness.micro..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(
                        "io.replbuf.harness.[load|replica|measure|run|report|scenario|stats|cli]..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }
}
