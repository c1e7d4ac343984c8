package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one client gets of a turn. The command loop is held until all of a test's input has arrived. */
class SharesTest {
    /** Three shares and a bit, in one read. */
    private static final int FLOOD = 3 * Shares.COMMANDS + 50;

    private static final String INCR = RawClient.command("INCR", "x");

    @TempDir Path dir;

    private final CountDownLatch loopGoesOn = new CountDownLatch(1);
    private ServerFixture fixture;
    private RawClient flood;
    private RawClient other;

    @BeforeEach
    void start() throws Exception {
        fixture = new ServerFixture(dir);
        flood = fixture.client();
        other = fixture.client();
        // The loop knows each, so that it looks at them in the order in which they send.
        flood.call("PING");
        other.call("PING");
    }

    @AfterEach
    void stop() throws IOException {
        loopGoesOn.countDown();
        fixture.close();
    }

    @Test
    void shouldServeAnotherClientAfterOneShareOfAFlood() throws Exception {
        holdLoop();
        flood.send(INCR.repeat(FLOOD));
        other.send(RawClient.command("INCRBY", "x", "0"));
        loopGoesOn.countDown();
        assertThat(number(other)).isBetween(1, Shares.COMMANDS);
        for (int i = 1; i <= FLOOD; i++) {
            assertThat(number(flood)).isEqualTo(i);
        }
    }

    @Test
    void shouldServeFloodsInTurns() throws Exception {
        holdLoop();
        flood.send(INCR.repeat(FLOOD));
        other.send(INCR.repeat(FLOOD));
        loopGoesOn.countDown();
        int longest = Math.max(longestRun(flood), longestRun(other));
        // Two, because the one that has less left ends in the middle of a turn.
        assertThat(longest).as("commands in a row").isLessThanOrEqualTo(2 * Shares.COMMANDS);
    }

    @Test
    void shouldCountCommandsThatAreOnlyQueued() throws Exception {
        holdLoop();
        flood.send(RawClient.command("MULTI") + INCR.repeat(FLOOD) + RawClient.command("EXEC"));
        other.send(RawClient.command("GET", "x"));
        loopGoesOn.countDown();
        assertThat(other.reply()).as("before EXEC").isEqualTo("null");
        assertThat(flood.reply()).isEqualTo("+OK");
        for (int i = 0; i < FLOOD; i++) {
            assertThat(flood.reply()).isEqualTo("+QUEUED");
        }
        assertThat(flood.reply()).endsWith(":" + FLOOD + "]");
    }

    @Test
    void shouldRunAllThatAPeerSentBeforeItLeft() throws Exception {
        holdLoop();
        // Without replies it leaves in peace: unread ones would reset the connection.
        flood.send(RawClient.command("CLIENT", "REPLY", "OFF") + INCR.repeat(FLOOD));
        flood.close();
        loopGoesOn.countDown();
        Awaitility.await().until(() -> other.call("GET", "x").equals(Integer.toString(FLOOD)));
        Awaitility.await()
                .until(() -> other.call("INFO", "clients").contains("connected_clients:1\r\n"));
    }

    private void holdLoop() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        fixture.server
                .loop()
                .loop()
                .execute(
                        () -> {
                            held.countDown();
                            awaitQuietly(loopGoesOn);
                        });
        held.await();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int number(RawClient client) throws IOException {
        return Integer.parseInt(client.reply().substring(1));
    }

    /** Of the replies to a flood of INCRs, how many in a row belong to it alone. */
    private static int longestRun(RawClient client) throws IOException {
        int longest = 0;
        int run = 0;
        int last = 0;
        for (int i = 0; i < FLOOD; i++) {
            int value = number(client);
            run = value == last + 1 ? run + 1 : 1;
            longest = Math.max(longest, run);
            last = value;
        }
        return longest;
    }
}
