package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.SingleThreadIoEventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The wall clock steps by an hour, either way, while the monotonic clock stands still: nothing may happen that has a duration, and
 * dates follow. Both clocks are the test's.
 */
class SteppedClockTest {
    private static final long HOUR_MILLIS = TimeUnit.HOURS.toMillis(1);
    private static final long[] STEPS = {HOUR_MILLIS, -2 * HOUR_MILLIS, HOUR_MILLIS};
    private static final int TIMEOUT_MILLIS = 60_000;

    @TempDir Path dir;
    private final AtomicLong nanos = new AtomicLong(TimeUnit.DAYS.toNanos(1));
    private final AtomicLong wallMillis = new AtomicLong(1_700_000_000_000L);
    private ServerFixture fixture;
    private RawClient client;

    /** What a replica waits for, and INFO's word. */
    enum State {
        DELAYED("wait_bgsave", "yes", "5", false),
        TRANSFER("wait_bgsave", "yes", "0", true),
        TRANSFER_FILE("send_bulk", "no", "0", true),
        WAIT_ACK("send_bulk", "yes", "0", false),
        ONLINE("online", "yes", "0", false);

        private final String word;
        private final String diskless;
        private final String delaySeconds;
        private final boolean large;

        State(String word, String diskless, String delaySeconds, boolean large) {
            this.word = word;
            this.diskless = diskless;
            this.delaySeconds = delaySeconds;
            this.large = large;
        }
    }

    /** What holds before and after a step. */
    @FunctionalInterface
    private interface Check {
        void check() throws Exception;
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepAReplicaInItsStateAndEndItByTheMonotonicClock(State state) throws Exception {
        start(
                "repl-diskless-sync",
                state.diskless,
                "repl-diskless-sync-delay",
                state.delaySeconds,
                "rdbcompression",
                "no",
                "hz",
                "1");
        if (state.large) {
            // More than sockets and queues hold, for a replica that reads nothing.
            client.call("DEBUG", "POPULATE", "48", "large", "1048576");
        }
        bring(fixture.client(), state);
        pass(1_000);
        String offset = client.info("master_repl_offset");
        stepEachWay(
                () -> {
                    assertThat(client.info("slave0")).contains("state=" + state.word);
                    assertThat(client.info("master_repl_offset")).isEqualTo(offset);
                });
        if (state == State.DELAYED) {
            assertThat(client.info("total_forks")).isEqualTo("0");
            pass(5_000);
            assertThat(client.info("total_forks")).isEqualTo("1");
        } else if (state.large) {
            // The socket may have taken something until now.
            await().until(
                            () -> {
                                pass(TIMEOUT_MILLIS + 1);
                                return client.info("connected_slaves").equals("0");
                            });
        } else {
            if (state == State.ONLINE) {
                pass(10_000);
                assertThat(Long.parseLong(client.info("master_repl_offset")))
                        .as("a PING")
                        .isEqualTo(Long.parseLong(offset) + 14);
            }
            pass(TIMEOUT_MILLIS - 11_000);
            assertThat(client.info("connected_slaves")).isEqualTo("1");
            pass(11_001);
            assertThat(client.info("connected_slaves")).isEqualTo("0");
        }
    }

    @Test
    void shouldExpireKeysByTheWallClock() throws Exception {
        start();
        client.call("SET", "k", "v", "PX", "60000");
        pass(HOUR_MILLIS);
        assertThat(client.call("GET", "k")).isEqualTo("v");
        wallMillis.addAndGet(-HOUR_MILLIS);
        assertThat(client.call("TTL", "k")).isEqualTo(":3660");
        wallMillis.addAndGet(HOUR_MILLIS + 60_001);
        assertThat(client.call("GET", "k")).isEqualTo("null");
    }

    @Test
    void shouldCloseIdleClientsByTheMonotonicClock() throws Exception {
        start("timeout", "30");
        fixture.client().call("PING");
        stepEachWay(() -> assertThat(client.info("connected_clients")).isEqualTo("2"));
        pass(29_000);
        assertThat(client.info("connected_clients")).isEqualTo("2");
        pass(1_001);
        assertThat(client.info("connected_clients")).isEqualTo("1");
    }

    @Test
    void shouldFreeTheBacklogByTheMonotonicClock() throws Exception {
        start("repl-backlog-ttl", "60");
        RawClient replica = fixture.client();
        bring(replica, State.ONLINE);
        replica.close();
        await().until(() -> client.info("connected_slaves").equals("0"));
        stepEachWay(() -> assertThat(client.info("repl_backlog_active")).isEqualTo("1"));
        pass(60_001);
        assertThat(client.info("repl_backlog_active")).isEqualTo("0");
    }

    @Test
    void shouldSaveByTheMonotonicClockAndDateTheSaveByTheWallClock() throws Exception {
        start("save", "3600 1");
        client.call("SET", "k", "v");
        stepEachWay(() -> assertThat(client.info("rdb_saves")).isEqualTo("0"));
        wallMillis.addAndGet(HOUR_MILLIS);
        pass(HOUR_MILLIS + 1);
        await().until(() -> client.info("rdb_bgsave_in_progress").equals("0"));
        assertThat(client.info("rdb_saves")).isEqualTo("1");
        assertThat(client.info("rdb_last_save_time"))
                .isEqualTo(Long.toString(wallMillis.get() / 1_000));
        assertThat(client.info("uptime_in_seconds")).isEqualTo("3600");
    }

    private void start(String... directives) throws Exception {
        fixture =
                new ServerFixture(
                        dir, ServerEnv.real().with(nanos::get, wallMillis::get), directives);
        client = fixture.client();
    }

    private void bring(RawClient replica, State state) throws Exception {
        assertThat(replica.call("REPLCONF", "capa", "eof", "capa", "psync2")).isEqualTo("+OK");
        replica.send(RawClient.command("PSYNC", "?", "-1"));
        if (!state.large && state != State.DELAYED) {
            pass(0);
            String eof = "";
            while (!eof.startsWith("$EOF:")) {
                eof = replica.line();
            }
            String mark = eof.substring(5);
            StringBuilder rdb = new StringBuilder();
            while (rdb.indexOf(mark) < 0) {
                rdb.append(replica.raw(1));
            }
            if (state == State.ONLINE) {
                replica.send(RawClient.command("REPLCONF", "ACK", "0"));
            }
        }
        await().until(
                        () -> {
                            pass(0);
                            return client.call("INFO", "replication")
                                            .contains("state=" + state.word)
                                    && (!state.large || client.info("total_forks").equals("1"));
                        });
    }

    private void stepEachWay(Check unchanged) throws Exception {
        for (long step : STEPS) {
            wallMillis.addAndGet(step);
            pass(0);
            unchanged.check();
        }
    }

    /** Time passes, and the cron has its turn. */
    private void pass(long millis) throws Exception {
        CommandLoop loop = fixture.server.loop();
        SingleThreadIoEventLoop events = loop.loop();
        CompletableFuture<Void> passed = new CompletableFuture<>();
        // Between two turns: within one, time is taken to have passed since its beginning.
        Runnable moveOn =
                () -> {
                    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
                    passed.complete(null);
                };
        events.execute(() -> events.executeAfterEventLoopIteration(moveOn));
        passed.get(20, TimeUnit.SECONDS);
        events.submit(() -> loop.turn(new Cron(loop)::tick)).get(20, TimeUnit.SECONDS);
    }
}
