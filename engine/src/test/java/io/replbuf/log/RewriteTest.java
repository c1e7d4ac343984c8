package io.replbuf.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replbuf.stream.Replid;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A base in the manifest: how it gets there, what is kept since, and what a real Redis makes of it. */
class RewriteTest {
    private static final long START = LogFixture.START;
    private static final Replid NEXT = new Replid("89abcdef0123456789abcdef0123456789abcdef");
    private static final int SEGMENT_BYTES = 1500;

    private final CommandStream commands = new CommandStream(300);
    private final List<String> answers = new ArrayList<>();

    @TempDir Path dir;
    private LogFixture f;

    @AfterEach
    void nothingIsLeft() {
        if (f != null) {
            f.close();
        }
    }

    @Test
    void shouldNameTheBaseWhereItStandsAndKeepOlderIncrementsAsHistory() throws Exception {
        open();
        long at = select(6);
        rewriteAt(at);
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        f.await(() -> manifest().segments().size() == f.log.stats().segments());

        assertThat(answers).containsExactly((String) null);
        ManifestEntry base = manifest().base();
        assertThat(base.fileName()).isEqualTo("appendonly.aof.1.base.rdb");
        assertThat(base.nextOffset()).isEqualTo(at);
        assertThat(base.replid()).isEqualTo(LogFixture.REPLID);
        assertThat(f.log.base().file()).exists().isEqualTo(folder().resolve(base.fileName()));
        for (ManifestEntry segment : manifest().segments()) {
            assertThat(segment.type())
                    .isEqualTo(
                            segment.startOffset() < at
                                    ? ManifestEntry.Type.HISTORY
                                    : ManifestEntry.Type.INCREMENT);
        }
        f.check(START, commands.end());
    }

    @Test
    void shouldReplaceTheBaseByTheNext() throws Exception {
        open();
        rewriteAt(select(3));
        rewriteAt(select(9));

        assertThat(manifest().base().fileName()).isEqualTo("appendonly.aof.2.base.rdb");
        f.await(() -> names(".rdb").equals(List.of("appendonly.aof.2.base.rdb")));
        f.check(START, f.fed());
    }

    @Test
    void shouldFindBaseAndIncrementsSinceAtStart() throws Exception {
        open();
        long at = select(6);
        rewriteAt(at);
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        f.close();

        f = new LogFixture(dir, commands.bytes).with("appendonly", "yes");
        RecoveredLog found = f.recover();
        assertThat(found.loadProblem()).isNull();
        assertThat(found.range()).isEqualTo(new StreamRange(START, commands.end()));
        List<LogPart> parts = found.loadParts();
        assertThat(parts.get(0).base()).isTrue();
        assertThat(parts.get(0).nextOffset()).isEqualTo(at);
        assertThat(parts.get(1).startOffset()).isEqualTo(at);
        assertThat(parts.get(parts.size() - 1).nextOffset()).isEqualTo(commands.end());

        f.resume(commands.end(), NEXT);
        assertThat(f.log.base().nextOffset()).isEqualTo(at);
        f.close();
        f = new LogFixture(dir, commands.bytes).with("appendonly", "yes");
        assertThat(f.recover().loadProblem()).isNull();
        Files.delete(
                folder().resolve(
                                manifest()
                                        .segments()
                                        .get(manifest().segments().size() - 3)
                                        .fileName()));
        assertThat(f.recover().loadProblem()).contains("is missing");
        Files.delete(folder().resolve(manifest().base().fileName()));
        assertThat(f.recover().loadProblem())
                .contains("base file appendonly.aof.1.base.rdb is missing");
    }

    @Test
    void shouldNeverDeleteWhatIsNeededSinceTheBaseAndAskForARewrite() throws Exception {
        open("repl-log-retention-bytes", "4kb", "repl-log-max-bytes", "8kb");
        long at = select(2);
        rewriteAt(at);
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        f.await(() -> f.toldRewriteWanted.get() == 1);

        assertThat(f.log.range().startOffset()).isLessThanOrEqualTo(at);
        assertThat(f.log.range().bytes()).isGreaterThan(8 << 10);
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
        f.await(() -> f.toldRewriteWanted.get() == 2);
        Path next = f.log.beginBase(f.fed());
        writeBase(next);
        commit(next, f.fed());
        f.await(() -> f.log.range().bytes() <= 4 << 10);
        assertThat(manifest().base().nextOffset()).isEqualTo(f.fed());
    }

    @Test
    void shouldGiveTheBaseUpWithTheIncrementsSinceWhereNobodyLoadsThem() throws Exception {
        open("appendonly", "no", "repl-log-retention-bytes", "4kb");
        rewriteAt(select(2));
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        f.await(() -> f.log.base() == null);

        f.await(() -> names(".rdb").isEmpty());
        assertThat(manifest().base()).isNull();
        assertThat(f.toldRewriteWanted).hasValue(0);
    }

    @Test
    void shouldLeaveAllAsItWasWhenARewriteFails() throws Exception {
        open();
        rewriteAt(select(3));
        long at = select(9);
        f.feed(commands, at, SEGMENT_BYTES);
        Path next = f.log.beginBase(at);
        writeBase(next);
        f.files.failsRename = true;
        f.log.commitBase(next, at, answers::add);
        f.await(() -> answers.size() == 2);

        assertThat(answers.get(1)).contains("No space left on device");
        f.files.failsRename = false;
        assertThat(manifest().base().fileName()).isEqualTo("appendonly.aof.1.base.rdb");
        f.await(() -> names(".rdb").equals(List.of("appendonly.aof.1.base.rdb")));

        Path given = f.log.beginBase(f.fed());
        writeBase(given);
        f.log.abandonBase(given);
        f.await(() -> !Files.exists(given));
    }

    @Test
    void shouldKeepWhatCanBeLoadedWhenItBeginsAnew() throws Exception {
        open();
        long at = select(3);
        rewriteAt(at);
        f.files.quotaBytes = 3000;
        f.feed(commands, select(9), SEGMENT_BYTES);
        f.await(() -> f.toldStopped != null);
        long stoppedAt = f.log.range().nextOffset();
        f.await(() -> manifest().segments().stream().allMatch(s -> s.nextOffset() > 0));
        byte[] before = Files.readAllBytes(manifestFile());
        assertThat(f.log.fileBytes()).isEqualTo(stoppedAt - START);
        long synced = f.log.syncedOffset();

        f.files.quotaBytes = Long.MAX_VALUE;
        f.nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
        f.cursor = new ArrayCursor(f.stream, START, f.fed(), f.log.loop());
        long again = f.fed();
        f.log.restart(f.cursor, LogFixture.REPLID);
        f.await(() -> f.toldRewriteWanted.get() == 1);
        f.feed(commands, select(12), SEGMENT_BYTES).awaitWritten();
        f.log.appendFsync(FsyncPolicy.ALWAYS, true);
        f.feed(commands, select(13), SEGMENT_BYTES).awaitWritten();

        // What is forced in the new stretch would not be found.
        assertThat(f.log.findable()).isFalse();
        assertThat(f.log.syncedOffset()).isEqualTo(synced);
        assertThat(f.toldSynced.get()).isLessThanOrEqualTo(synced);
        assertThat(f.log.range()).isEqualTo(new StreamRange(again, f.fed()));
        assertThat(manifestFile()).hasBinaryContent(before);
        assertThat(f.recover().loadProblem()).isNull();
        assertThat(f.recover().range().nextOffset()).isEqualTo(commands.last(stoppedAt).offset());
        assertThat(f.log.fileBytes()).isEqualTo(stoppedAt - START + f.fed() - again);

        Path next = f.log.beginBase(f.fed());
        writeBase(next);
        commit(next, f.fed());
        f.await(() -> f.log.fileBytes() == f.fed() - again);
        assertThat(f.log.findable()).isTrue();
        assertThat(f.log.syncedOffset()).isEqualTo(f.fed());
        assertThat(f.toldSynced.get()).isEqualTo(f.fed());
        assertThat(f.recover().loadProblem()).isNull();
        assertThat(f.recover().range()).isEqualTo(new StreamRange(again, f.fed()));
    }

    @Test
    void shouldBeAcceptedAndLoadedByARealRedis() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/redis-server")), "no redis-server here");
        open();
        rewriteAt(select(6));
        f.feed(commands, commands.end(), SEGMENT_BYTES).awaitWritten();
        f.close();

        assertThat(run("redis-check-aof", manifestFile().toString()))
                .contains("All AOF files and manifest are valid");
        // It deletes history when it loads, and goes on writing: hence a copy.
        Path copy = Files.createDirectories(dir.resolve("copy"));
        for (String name : names("")) {
            Files.copy(folder().resolve(name), copy.resolve(name));
        }
        Path socket = dir.resolve("s");
        Process redis =
                new ProcessBuilder(
                                "redis-server",
                                "--port",
                                "0",
                                "--unixsocket",
                                socket.toString(),
                                "--dir",
                                dir.toString(),
                                "--appenddirname",
                                "copy",
                                "--appendonly",
                                "yes",
                                "--save",
                                "",
                                "--logfile",
                                dir.resolve("redis.log").toString())
                        .start();
        try {
            f.await(
                    () ->
                            Files.exists(dir.resolve("redis.log"))
                                    && Files.readString(dir.resolve("redis.log"))
                                            .contains("accept connections at"));
            String info = run("redis-cli", "-s", socket.toString(), "info", "keyspace");
            // Commands from the seventh SELECT on: 17 or more of 20 in a database are keys of their
            // own.
            assertThat(info)
                    .contains("db6:keys=")
                    .contains("db14:keys=")
                    .doesNotContain("db5:keys=");
        } finally {
            redis.destroy();
            redis.waitFor();
        }
    }

    private void open(String... directives) throws IOException {
        f = new LogFixture(dir, commands.bytes).with("appendonly", "yes");
        for (int i = 0; i < directives.length; i += 2) {
            f.with(directives[i], directives[i + 1]);
        }
        f.open();
    }

    /** Feeds up to {@code offset} and makes a base that stands there. */
    private void rewriteAt(long offset) throws IOException {
        f.feed(commands, offset, SEGMENT_BYTES);
        Path base = f.log.beginBase(offset);
        writeBase(base);
        commit(base, offset);
    }

    private void commit(Path base, long offset) {
        int before = answers.size();
        f.log.commitBase(base, offset, answers::add);
        f.await(() -> answers.size() > before);
        assertThat(answers.get(before)).isNull();
    }

    /** An RDB file of an empty data set. */
    private static void writeBase(Path file) throws IOException {
        byte[] rdb = "REDIS0010?........".getBytes(StandardCharsets.US_ASCII);
        rdb[9] = (byte) 0xff;
        for (int i = 10; i < 18; i++) {
            rdb[i] = 0;
        }
        Files.write(file, rdb);
    }

    private long select(int i) {
        return commands.selects.get(i);
    }

    private Path folder() {
        return f.config().folder();
    }

    private Path manifestFile() {
        return folder().resolve("appendonly.aof.manifest");
    }

    private Manifest manifest() throws IOException {
        return ManifestParser.parse(Files.readAllBytes(manifestFile()));
    }

    private List<String> names(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .collect(Collectors.toList());
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
