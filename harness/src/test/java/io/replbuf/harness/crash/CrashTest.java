package io.replbuf.harness.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** See {@link CrashRun}: what holds after each kill is checked there. */
class CrashTest {
    private static final List<String> POLICIES = List.of("always", "everysec", "no");

    @Test
    void shouldKeepItsPromisesThroughAFewKills() throws Exception {
        CrashCounts counts = new CrashRun("always", seed()).run(3, redisServer());
        assertThat(counts.kills).isEqualTo(3);
        assertThat(counts.acknowledged).isPositive();
    }

    @Tag("soak")
    @Test
    void shouldKeepItsPromisesThroughManyKills() throws Exception {
        int kills = Integer.getInteger("replbuf.kills", 20);
        long seed = seed();
        List<CrashCounts> all = new ArrayList<>();
        System.out.print(CrashCounts.HEADER);
        for (String policy : POLICIES) {
            CrashCounts counts = new CrashRun(policy, seed).run(kills, redisServer());
            all.add(counts);
            System.out.print(counts.row());
        }
        String file = System.getProperty("replbuf.crash.report");
        if (file != null) {
            CrashRun.report(Path.of(file), all, seed);
        }
        assertThat(all).allMatch(counts -> counts.kills == kills);
    }

    private static long seed() {
        return Long.getLong("replbuf.seed", System.nanoTime());
    }

    /** Null if there is none here: then the recording replica is alone. */
    private static Path redisServer() {
        Path path = Path.of("/usr/bin/redis-server");
        return Files.isExecutable(path) ? path : null;
    }
}
