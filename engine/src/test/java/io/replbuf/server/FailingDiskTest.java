package io.replbuf.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replbuf.memory.Owner;
import io.replbuf.snapshot.FailingSnapshotFiles;
import io.replbuf.snapshot.FailingSnapshotFiles.Fault;
import io.replbuf.snapshot.FailingSnapshotFiles.Span;
import io.replbuf.snapshot.Rdbs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fails at every step of a snapshot, one after the other: at this call alone, or from it on, also so that not even
 * the temporary file can be removed. Each time the one who asked is told in Redis' words, and once the disk is mended the next
 * snapshot works.
 */
@Tag("ci")
class FailingDiskTest {
    private static final String MISCONF =
            "-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.";
    private static final int KEYS = 100;

    @TempDir Path dir;

    private final FailingSnapshotFiles disk = new FailingSnapshotFiles();
    private final String temp = "temp-" + ProcessHandle.current().pid() + ".rdb";
    private ServerFixture fixture;
    private RawClient client;

    /** Something to do with the server. */
    private interface Deed {
        void run() throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        start("save", "3600 1000000");
    }

    private void start(String... directives) throws Exception {
        List<String> all =
                Stream.concat(
                                Stream.of(directives),
                                Stream.of("rdbcompression", "no", "repl-diskless-sync", "no"))
                        .toList();
        fixture = new ServerFixture(dir, ServerEnv.real().with(disk), all.toArray(String[]::new));
        client = fixture.client();
        fill();
        save();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void shouldTellTheClientOfAFailedSaveAndStopNoWrites() throws Exception {
        atEveryStep(
                this::save,
                () -> {
                    assertThat(client.call("SAVE")).isEqualTo("-ERR " + reason());
                    assertThat(client.info("rdb_last_bgsave_status")).isEqualTo("ok");
                    assertThat(client.call("SET", "key:0", "v")).isEqualTo("+OK");
                },
                this::save);
    }

    @Test
    void shouldStopWritesFromAFailedBackgroundSaveToTheNextGoodOne() throws Exception {
        atEveryStep(
                this::save,
                () -> {
                    assertThat(client.call("BGSAVE")).isEqualTo("+Background saving started");
                    awaitStatus("rdb_last_bgsave_status", "err");
                    assertThat(client.call("SET", "key:0", "v")).startsWith(MISCONF);
                },
                () -> {
                    assertThat(client.call("BGSAVE")).isEqualTo("+Background saving started");
                    awaitStatus("rdb_last_bgsave_status", "ok");
                });
    }

    @Test
    void shouldCloseAReplicaWhoseFileCouldNotBeMadeAndServeItNextTime() throws Exception {
        atEveryStep(
                this::save,
                () -> {
                    RawClient replica = askForFullResync();
                    assertThat(replica.atEnd()).isTrue();
                    assertThat(client.info("rdb_last_bgsave_status")).isEqualTo("err");
                    assertThat(client.call("SET", "key:0", "v")).startsWith(MISCONF);
                },
                () -> {
                    RawClient replica = askForFullResync();
                    assertThat(nextLine(replica)).startsWith("+FULLRESYNC ");
                    int bytes = Integer.parseInt(nextLine(replica).substring(1));
                    assertThat(Rdbs.keys(replica.raw(bytes).getBytes(ISO_8859_1))).isEqualTo(KEYS);
                    assertThat(client.info("rdb_last_bgsave_status")).isEqualTo("ok");
                    replica.close();
                    awaitStatus("connected_slaves", "0");
                });
    }

    @Test
    void shouldEmptyTheDataSetAlsoWhenThatCannotBeSaved() throws Exception {
        Deed flush =
                () -> {
                    assertThat(client.call("FLUSHALL")).isEqualTo("+OK");
                    assertThat(client.call("DBSIZE")).isEqualTo(":0");
                    assertThat(client.info("rdb_last_bgsave_status")).isEqualTo("ok");
                };
        atEveryStep(flush, flush, flush);
    }

    @Test
    void shouldNotEndWhenTheDataSetCannotBeSaved() throws Exception {
        atEveryStep(
                this::save,
                () ->
                        assertThat(client.call("SHUTDOWN"))
                                .isEqualTo("-ERR Errors trying to SHUTDOWN. Check logs."),
                this::save);
    }

    @Test
    void shouldKeepTheOldLogWhenABaseCannotBeWritten() throws Exception {
        fixture.close();
        start("appendonly", "yes", "save", "");
        atEveryStep(() -> rewrite("ok"), () -> rewrite("err"), () -> rewrite("ok"));
    }

    /**
     * @param good calls the disk as {@code bad} does
     * @param bad runs while the disk fails
     * @param again runs when it is mended
     */
    private void atEveryStep(Deed good, Deed bad, Deed again) throws Exception {
        disk.mend();
        good.run();
        int calls = disk.calls().size();
        Set<String> failed = new HashSet<>();
        for (Fault fault : Fault.values()) {
            for (Span span :
                    fault == Fault.SHORT ? EnumSet.of(Span.ONCE) : EnumSet.allOf(Span.class)) {
                for (int call = 1; call <= calls; call++) {
                    fill();
                    byte[] before = dump();
                    disk.failAt(call, fault, span);
                    try {
                        bad.run();
                        failed.add(disk.failed());
                        if (span != Span.FOR_GOOD) {
                            assertThat(dir.resolve(temp)).doesNotExist();
                        }
                        // Renamed by then, and not known to be durable.
                        if (!disk.failed().equals("forceFolder")) {
                            assertThat(dump()).isEqualTo(before);
                        }
                        disk.mend();
                        fill();
                        again.run();
                        assertNothingLeft();
                    } catch (AssertionError | RuntimeException e) {
                        throw new AssertionError(
                                fault + " " + span + " at call " + call + " of " + disk.calls(), e);
                    }
                }
            }
        }
        assertThat(failed).contains("create", "write", "force", "close", "rename", "forceFolder");
    }

    private void assertNothingLeft() {
        assertThat(dir.resolve(temp)).doesNotExist();
        assertThat(fixture.server.loop().snapshots().busy()).isFalse();
        assertThat(fixture.server.loop().keyspace().cutInProgress()).isFalse();
        assertThat(fixture.server.loop().accountant().account(Owner.SNAPSHOT).bytes()).isZero();
    }

    /** What 7.0.15 logs of the call that failed. */
    private String reason() {
        String in = " (in server root dir " + dir + ")";
        return switch (disk.failed()) {
                    case "create" ->
                            "Failed opening the temp RDB file " + temp + in + " for saving";
                    case "write" -> "Write error saving DB on disk(rdbSaveRio)";
                    case "force" -> "Write error saving DB on disk(fsync)";
                    case "close" -> "Write error saving DB on disk(fclose)";
                    case "rename" ->
                            "Error moving temp DB file "
                                    + temp
                                    + " on the final destination dump.rdb"
                                    + in;
                    default -> "Write error saving DB on disk(fsyncFileDir)";
                }
                + ": "
                + disk.fault().reason;
    }

    private void save() throws IOException {
        assertThat(client.call("SAVE")).isEqualTo("+OK");
        assertThat(Rdbs.keys(dump())).isEqualTo(KEYS);
    }

    private void rewrite(String status) throws IOException {
        assertThat(client.call("BGREWRITEAOF"))
                .isEqualTo("+Background append only file rewriting started");
        awaitStatus("aof_rewrite_in_progress", "0");
        assertThat(client.info("aof_last_bgrewrite_status")).isEqualTo(status);
    }

    private RawClient askForFullResync() throws IOException {
        RawClient replica = fixture.client();
        assertThat(replica.call("REPLCONF", "capa", "eof")).isEqualTo("+OK");
        return replica.send(RawClient.command("PSYNC", "?", "-1"));
    }

    /** The next that is not a sign of life. */
    private static String nextLine(RawClient replica) throws IOException {
        String line = replica.line();
        while (line.isEmpty()) {
            line = replica.line();
        }
        return line;
    }

    /** More than the buffer of an RDB's writer takes, so that there are several writes. */
    private void fill() throws IOException {
        assertThat(client.call("DEBUG", "POPULATE", Integer.toString(KEYS), "key", "2000"))
                .isEqualTo("+OK");
    }

    private byte[] dump() throws IOException {
        return Files.readAllBytes(dir.resolve("dump.rdb"));
    }

    private void awaitStatus(String field, String value) {
        await().pollInterval(Duration.ofMillis(1)).until(() -> client.info(field).equals(value));
    }
}
