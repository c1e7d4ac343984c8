package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server answers before its data set is there. */
class WhileLoadingTest {
    private static final String LOADING = "-LOADING Redis is loading the dataset in memory";
    private static final int KEYS = 2_000;

    /** The load lasts for 40 s, unless a test ends it. */
    private static final String[] SLOWLY = {
        "key-load-delay", "20000", "loading-process-events-interval-bytes", "1024"
    };

    @TempDir Path dir;

    /** Where the data set is loaded from. */
    enum Source {
        RDB,
        COMMANDS,
        BASE;

        private String[] directives(String... more) {
            return this == RDB
                    ? more
                    : Stream.concat(
                                    Stream.of(
                                            "appendonly",
                                            "yes",
                                            "repl-buffer-strategy",
                                            "logged-array"),
                                    Stream.of(more))
                            .toArray(String[]::new);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerWhatNeedsNoDataAndRefuseTheRest(Source source) throws Exception {
        String digest = fill(source);
        try (StartingServer server = new StartingServer(dir, source.directives(SLOWLY))) {
            RawClient client = server.client();
            Awaitility.await().until(() -> number(client, "loading_loaded_bytes") > 100);
            assertThat(number(client, "loading")).isEqualTo(1);
            assertThat(number(client, "async_loading")).isZero();
            assertThat(number(client, "loading_total_bytes"))
                    .isGreaterThan(number(client, "loading_loaded_bytes"));
            assertThat(Double.parseDouble(info(client, "loading_loaded_perc")))
                    .isBetween(0.01, 99.99);
            assertThat(number(client, "loading_eta_seconds")).isPositive();
            assertThat(number(client, "loading_start_time"))
                    .isCloseTo(
                            System.currentTimeMillis() / 1000,
                            org.assertj.core.data.Offset.offset(60L));
            if (source != Source.COMMANDS) {
                assertThat(number(client, "loading_rdb_used_mem")).isPositive();
            }
            assertThat(client.call("PING")).isEqualTo(LOADING);
            assertThat(client.call("GET", "key:1")).isEqualTo(LOADING);
            assertThat(client.call("PSYNC", "?", "-1")).isEqualTo(LOADING);
            assertThat(client.call("SAVE")).isEqualTo(LOADING);
            assertThat(client.call("DEBUG", "RELOAD")).isEqualTo(LOADING);
            assertThat(client.call("CONFIG", "SET", "appendonly", "yes")).isEqualTo(LOADING);
            assertThat(client.call("CONFIG", "SET", "maxmemory-samples", "7")).isEqualTo("+OK");
            assertThat(client.call("ECHO", "still here")).isEqualTo("still here");
            assertThat(client.call("REPLCONF", "capa", "psync2")).isEqualTo("+OK");
            assertThat(client.call("ROLE")).isEqualTo("[master, :0, []]");
            assertThat(client.call("MULTI")).isEqualTo("+OK");
            assertThat(client.call("SET", "k", "v")).isEqualTo(LOADING);
            assertThat(client.call("EXEC"))
                    .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
            assertThat(server.isStarted()).isFalse();

            client.call("CONFIG", "SET", "key-load-delay", "0");
            server.started();
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(number(client, "loading")).isZero();
            assertThat(client.call("INFO")).doesNotContain("loading_total_bytes");
            // Of keys that were never half there.
            assertThat(number(client, "expired_keys")).isZero();
        }
    }

    @Test
    void shouldForgetClientsThatLeaveMeanwhile() throws Exception {
        fill(Source.RDB);
        try (StartingServer server = new StartingServer(dir, SLOWLY)) {
            RawClient client = server.client();
            for (int i = 0; i < 5; i++) {
                try (RawClient other = new RawClient(server.listening().port())) {
                    assertThat(other.call("ECHO", "hi")).isEqualTo("hi");
                }
            }
            Awaitility.await().until(() -> number(client, "connected_clients") == 1);
            assertThat(number(client, "loading")).isEqualTo(1);
        }
    }

    /** What is half loaded must not replace the file that it comes from, so nothing is saved. */
    @ParameterizedTest
    @EnumSource
    void shouldEndOnShutdownAndLeaveTheFilesAsTheyAre(Source source) throws Exception {
        String digest = fill(source);
        Stream<String> saving = Stream.of("save", "1 1");
        try (StartingServer server =
                new StartingServer(
                        dir,
                        source.directives(
                                Stream.concat(saving, Stream.of(SLOWLY)).toArray(String[]::new)))) {
            RawClient client = server.client();
            Awaitility.await().until(() -> number(client, "loading_loaded_bytes") > 100);
            client.send(RawClient.command("SHUTDOWN", "SAVE"));
            assertThat(client.atEnd()).isTrue();
            assertThat(server.started().awaitStopped()).isZero();
        }
        try (ServerFixture fixture = new ServerFixture(dir, source.directives())) {
            assertThat(fixture.client().call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    /** A load takes no time at all, on the slowest machine. */
    private static final ServerEnv TIME_STANDS_STILL =
            ServerEnv.real().with(() -> 1_000_000_000L, System::currentTimeMillis);

    /** As in Redis, which looks at its sockets after the first 2 MB: supervisors and tests connect as soon as it listens. */
    @Test
    void shouldLetClientsWaitForADataSetThatIsLoadedInAMoment() throws Exception {
        fill(Source.BASE);
        List<RawClient> clients = new ArrayList<>();
        Consumer<RedisServer> listening =
                server -> {
                    try {
                        clients.add(
                                new RawClient(server.port())
                                        .send(RawClient.command("EXISTS", "key:1")));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };
        ServerConfig config = ServerFixture.config(dir, Source.BASE.directives());
        try (RedisServer server =
                        RedisServer.start(
                                config, ProcessLog.UNCHANGED, TIME_STANDS_STILL, listening);
                RawClient first = clients.get(0)) {
            assertThat(server.port()).isPositive();
            assertThat(first.reply()).isEqualTo(":1");
        }
    }

    @Test
    void shouldNotStartWithAFileThatCannotBeLoaded() throws Exception {
        fill(Source.RDB);
        Path file = dir.resolve("dump.rdb");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        try (StartingServer server = new StartingServer(dir)) {
            assertThatThrownBy(server::started)
                    .rootCause()
                    .hasMessageContaining("Wrong RDB checksum");
            assertThat(server.listening().isStopped()).isTrue();
        }
    }

    @Test
    void shouldAnswerOthersDuringDebugReload() throws Exception {
        String digest = fill(Source.RDB);
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            RawClient reloader = fixture.client();
            client.call("CONFIG", "SET", "key-load-delay", "20000");
            reloader.send(RawClient.command("DEBUG", "RELOAD") + RawClient.command("DBSIZE"));
            Awaitility.await().until(() -> number(client, "loading") == 1);
            assertThat(client.call("GET", "key:1")).isEqualTo(LOADING);
            assertThat(number(client, "blocked_clients")).isEqualTo(1);
            client.call("CONFIG", "SET", "key-load-delay", "0");
            assertThat(reloader.reply()).isEqualTo("+OK");
            assertThat(reloader.reply()).isEqualTo(":" + KEYS);
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(number(client, "rdb_last_load_keys_loaded")).isEqualTo(KEYS);
        }
    }

    @Test
    void shouldReloadAlsoForAClientThatDoesNotWait() throws Exception {
        String digest = fill(Source.RDB);
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            client.call("CONFIG", "SET", "key-load-delay", "20000");
            try (RawClient reloader = new RawClient(fixture.server.port())) {
                reloader.send(RawClient.command("DEBUG", "RELOAD"));
                Awaitility.await().until(() -> number(client, "loading") == 1);
            }
            Awaitility.await().until(() -> number(client, "connected_clients") == 1);
            client.call("CONFIG", "SET", "key-load-delay", "0");
            Awaitility.await().until(() -> number(client, "loading") == 0);
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    @Test
    void shouldReloadWithinATransaction() throws Exception {
        String digest = fill(Source.RDB);
        try (ServerFixture fixture = new ServerFixture(dir)) {
            RawClient client = fixture.client();
            client.call("MULTI");
            client.call("DEBUG", "RELOAD");
            client.call("DBSIZE");
            assertThat(client.call("EXEC")).isEqualTo("[+OK, :" + KEYS + "]");
            assertThat(client.call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    /** The data set's digest. */
    private String fill(Source source) throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir, source.directives())) {
            RawClient client = fixture.client();
            if (source == Source.COMMANDS) {
                for (int i = 0; i < KEYS; i++) {
                    client.send(RawClient.command("SET", "key:" + i, "value:" + i));
                }
                for (int i = 0; i < KEYS; i++) {
                    client.reply();
                }
            } else {
                client.call("DEBUG", "POPULATE", Integer.toString(KEYS));
                assertThat(client.call(source == Source.RDB ? "SAVE" : "BGREWRITEAOF"))
                        .doesNotStartWith("-");
                Awaitility.await().until(() -> number(client, "aof_rewrite_in_progress") == 0);
            }
            return client.call("DEBUG", "DIGEST");
        }
    }

    private static long number(RawClient client, String field) throws IOException {
        return Long.parseLong(info(client, field));
    }

    private static String info(RawClient client, String field) throws IOException {
        String info = client.call("INFO");
        int at = info.indexOf("\n" + field + ":") + field.length() + 2;
        return info.substring(at, info.indexOf('\r', at));
    }
}
