package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The same opens and exports stand in the parent pom twice: as flags, and in the form that a manifest has. */
class JvmFlagsTest {
    private final JvmFlags flags = JvmFlags.load();

    @Test
    void shouldOpenByFlagWhatTheManifestOpens() throws IOException {
        assertThat(flagged("--add-opens=")).isEqualTo(manifest("jvm.manifest.opens"));
    }

    @Test
    void shouldExportByFlagWhatTheManifestExports() throws IOException {
        assertThat(flagged("--add-exports=")).isEqualTo(manifest("jvm.manifest.exports"));
    }

    @Test
    void shouldHaveNoFlagThatAManifestCannotCarry() {
        assertThat(flags.flags())
                .allMatch(
                        flag ->
                                flag.startsWith("--add-opens=")
                                        || flag.startsWith("--add-exports=")
                                        || flag.equals("--enable-native-access=ALL-UNNAMED"));
    }

    @Test
    void shouldRunTheTestsWithTheSameFlags() {
        List<String> own =
                java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments();
        assertThat(own).containsAll(flags.flags());
    }

    @Test
    void shouldKeepPerfDataOffTheDisk() {
        assertThat(flags.engineFlags()).contains("-XX:+PerfDisableSharedMem");
    }

    private Set<String> flagged(String option) {
        return flags.flags().stream()
                .filter(flag -> flag.startsWith(option))
                .map(flag -> flag.substring(option.length()).replace("=ALL-UNNAMED", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> manifest(String property) throws IOException {
        String pom = Files.readString(Path.of("..", "pom.xml"));
        Matcher value =
                Pattern.compile("<" + property + ">([^<]*)</" + property + ">").matcher(pom);
        assertThat(value.find()).as(property).isTrue();
        return Stream.of(value.group(1).strip().split("\\s+"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
