package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.log.PowerLossFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power goes while clients write: what was not forced to the device is gone, or there by chance. Under {@code always}
 * every write that was acknowledged is found again; under the others what is found is a prefix, without half transactions.
 */
class PowerLossTest {
    private static final int KEYS = 50;
    private static final int CUTS = Integer.getInteger("replbuf.cuts", 3);

    @TempDir Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"always", "everysec", "no"})
    void shouldFindAPrefixWithAllThatWasPromised(String policy) throws Exception {
        long seed = Long.getLong("replbuf.seed", System.nanoTime());
        Random random = new Random(seed);
        PowerLossFiles disk = new PowerLossFiles();
        String[] directives = {
            "appendonly", "yes",
            "appendfsync", policy,
            "repl-log-segment-size", "4kb",
            "auto-aof-rewrite-min-size", "50kb"
        };
        try (ServerFixture fixture = new ServerFixture(dir, disk, directives)) {
            AtomicLong acknowledged = new AtomicLong();
            AtomicLong sent = new AtomicLong();
            RawClient client = fixture.client();
            Thread writer = new Thread(() -> write(client, sent, acknowledged), "writer");
            writer.start();
            for (int cut = 0; cut < CUTS; cut++) {
                long before = acknowledged.get();
                long more = random.nextInt(200);
                Awaitility.await().until(() -> acknowledged.get() > before + more);
                Path image = Files.createTempDirectory(dir, "image");
                Path folder = Files.createDirectory(image.resolve("appendonlydir"));
                long promised = acknowledged.get();
                disk.image(dir.resolve("appendonlydir"), folder, random);
                long atMost = sent.get();
                try (ServerFixture restarted = new ServerFixture(image, directives)) {
                    check(restarted.client(), policy.equals("always") ? promised : 0, atMost, seed);
                }
            }
            client.close();
            writer.join();
        }
    }

    /** One transaction after the other; each writes its number twice. Ends when the client is closed. */
    private static void write(RawClient client, AtomicLong sent, AtomicLong acknowledged) {
        try {
            for (long i = 1; ; i++) {
                sent.set(i);
                client.send(
                        RawClient.command("MULTI")
                                + RawClient.command("SET", "last", Long.toString(i))
                                + RawClient.command("SET", "key:" + i % KEYS, Long.toString(i))
                                + RawClient.command("EXEC"));
                for (int reply = 0; reply < 4; reply++) {
                    client.reply();
                }
                acknowledged.set(i);
            }
        } catch (IOException e) {
            // The test has closed the client.
            return;
        }
    }

    private static void check(RawClient client, long atLeast, long atMost, long seed)
            throws IOException {
        String value = client.call("GET", "last");
        long last = value.equals("null") ? 0 : Long.parseLong(value);
        assertThat(last).as("seed %d", seed).isBetween(atLeast, atMost);
        for (long i = Math.max(1, last - KEYS + 1); i <= last; i++) {
            assertThat(client.call("GET", "key:" + i % KEYS))
                    .as("seed %d, last %d", seed, last)
                    .isEqualTo(Long.toString(i));
        }
    }
}
