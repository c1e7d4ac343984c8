package io.replbuf.harness.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class BuildInfoTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void shouldSayUnknownWhereTheBuildHadNoRepository() {
        assertThat(of("${build.commit}")).isEqualTo(new BuildInfo("unknown", false));
        assertThat(of("")).isEqualTo(new BuildInfo("unknown", false));
        assertThat(BuildInfo.of(new Properties())).isEqualTo(new BuildInfo("unknown", false));
    }

    @Test
    void shouldTakeTheCommitThatTheBuildFound() {
        assertThat(of(COMMIT)).isEqualTo(new BuildInfo(COMMIT, false));
        assertThat(of(COMMIT + "-dirty")).isEqualTo(new BuildInfo(COMMIT, true));
    }

    /** The working directory of this test is in the repository that it was built of, so both have to agree. */
    @Test
    void shouldHoldTheCommitOfThisBuild() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("..", ".git")), "built of a repository");
        Process git =
                new ProcessBuilder("git", "rev-parse", "HEAD")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String head = new String(git.getInputStream().readAllBytes()).strip();
        assertThat(git.waitFor(10, TimeUnit.SECONDS)).isTrue();
        Assumptions.assumeTrue(git.exitValue() == 0, "git is here");
        assertThat(BuildInfo.load().commit()).isEqualTo(head);
        assertThat(EnvironmentCollector.collect(java.util.List.of(), "", Map.of()).commit())
                .isEqualTo(head);
    }

    private static BuildInfo of(String commit) {
        Properties properties = new Properties();
        properties.setProperty("commit", commit);
        return BuildInfo.of(properties);
    }
}
