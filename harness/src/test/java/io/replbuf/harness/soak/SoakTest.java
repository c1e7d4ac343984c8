package io.replbuf.harness.soak;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.replbuf.harness.interop.RedisBinary;
import io.replbuf.harness.soak.SoakedEngine.Setup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * See {@link Soak}: what is checked stands there.
 *
 * <pre>
 *   mvn test -Psoak -pl harness -am -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false -Dsoak.minutes=20 [-Dreplbuf.seed=N]
 * </pre>
 */
class SoakTest {
    /** Of all strategies together. */
    private static final int MINUTES = Integer.getInteger("soak.minutes", 20);

    @TempDir Path dir;

    @Tag("ci")
    @ParameterizedTest
    @EnumSource
    void shouldKeepRealReplicasEqualThroughAPhase(Setup setup) throws Exception {
        soak(setup, Duration.ZERO);
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource
    void shouldKeepRealReplicasEqualForLong(Setup setup) throws Exception {
        soak(setup, Duration.ofMinutes(MINUTES).dividedBy(Setup.values().length));
    }

    private void soak(Setup setup, Duration length) throws Exception {
        long seed = Long.getLong("replbuf.seed", System.nanoTime());
        List<RedisBinary> binaries = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (RedisBinary binary : RedisBinary.values()) {
            String reason = binary.missing();
            if (reason == null) {
                binaries.add(binary);
            } else {
                missing.add(reason);
            }
        }
        if (!SoakedEngine.clockCanStep()) {
            missing.add("clock steps: no libfaketime (Debian: apt-get install faketime)");
        }
        assumeFalse(binaries.isEmpty(), () -> "no real server here: " + missing);
        System.out.printf(
                "soak of %s: seed %d, replicas %s, %d left out %s%n",
                setup.strategy, seed, binaries, missing.size(), missing);
        try (Soak soak = new Soak(setup, binaries, seed, dir)) {
            soak.play(length);
            System.out.println(soak.outcome());
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }
}
