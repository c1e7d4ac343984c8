package io.replbuf.harness.cli;

import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.measure.RunRequest;
import io.replbuf.harness.measure.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a run that is continued is about: {@code run.json} says it, and the command line may only say the same. */
final class Resumption {
    private Resumption() {}

    /**
     * @param folder where the run is continued
     * @param given by the command line, perhaps nothing
     * @throws UsageException if there is nothing to continue, or something else
     */
    static RunRequest of(Path folder, RunRequest given) throws IOException {
        boolean named = given.suite() != null || !given.scenarios().isEmpty();
        RunFiles files = new RunFiles(folder);
        if (!Files.isRegularFile(files.runFile())) {
            if (named && Folders.isFree(folder)) {
                // Nothing was finished yet: a script that starts and continues by one command
                // begins here.
                return given;
            }
            throw new UsageException(
                    "--resume: "
                            + folder
                            + ": no run.json (expected: the folder of an earlier run)");
        }
        RunResult earlier = files.readRun();
        RunRequest asked = earlier.request();
        if (asked == null) {
            return ofOlderVersion(folder, earlier, given, named);
        }
        boolean same =
                (!named
                                || given.scenarios().equals(asked.scenarios())
                                        && java.util.Objects.equals(given.suite(), asked.suite()))
                        && (given.settings().isEmpty()
                                || given.settings().equals(asked.settings()));
        if (!same) {
            throw differs(folder, asked.command(), given.command());
        }
        // Jars may lie elsewhere by now.
        return given.strategyPath().isEmpty()
                ? asked
                : new RunRequest(
                        asked.suite(), asked.scenarios(), asked.settings(), given.strategyPath());
    }

    /** Its run.json has the command for a reader alone. */
    private static RunRequest ofOlderVersion(
            Path folder, RunResult earlier, RunRequest given, boolean named) {
        if (!named) {
            throw new UsageException(
                    "--resume: "
                            + folder
                            + " is of an older version (expected: what it ran as well: "
                            + earlier.command()
                            + ")");
        }
        if (given.suite() != null && !given.suite().equals(earlier.suite())) {
            throw differs(folder, earlier.command(), given.command());
        }
        return given;
    }

    private static UsageException differs(Path folder, String earlier, String given) {
        return new UsageException(
                "--resume: "
                        + folder
                        + " holds '"
                        + earlier
                        + "', not '"
                        + given
                        + "' (expected: the same words, or none)");
    }
}
