package io.replbuf.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replbuf.memory.Accountant;
import io.replbuf.memory.Owner;
import io.replbuf.stream.Replid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real Redis says to our folder: SELECT at each segment's head, PING and GETACK inside, keys that it does not know. */
class RedisCheckAofTest {
    private static final Path CHECK_AOF = Path.of("/usr/bin/redis-check-aof");
    private static final int COMMANDS = 2_000;

    @TempDir Path dir;

    @Test
    void shouldBeAcceptedByRedisCheckAof() throws Exception {
        assumeTrue(Files.isExecutable(CHECK_AOF), CHECK_AOF + " is not installed");
        Path manifest = writeLog();
        Process check =
                new ProcessBuilder(CHECK_AOF.toString(), manifest.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(check.exitValue()).as(said).isZero();
        assertThat(said).contains("All AOF files and manifest are valid");
    }

    private Path writeLog() throws IOException {
        List<byte[]> commands = commands();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] command : commands) {
            bytes.write(command);
        }
        LogConfig config = LogConfig.of(Map.of("repl-log-segment-size", "16kb"), dir);
        LogEnv env =
                LogEnv.of(new Accountant().account(Owner.LOG), Runnable::run, LogListener.NONE);
        try (StreamLog log = StreamLog.open(config, env, Replid.random(), 1)) {
            ArrayCursor cursor = new ArrayCursor(bytes.toByteArray(), 1, 1, log.loop());
            log.start(cursor);
            long offset = 1;
            for (byte[] command : commands) {
                boolean selects = new String(command, StandardCharsets.US_ASCII).contains("SELECT");
                if (selects && log.wantsRoll(offset)) {
                    log.rollAt(offset);
                }
                offset += command.length;
                cursor.publish(offset);
            }
            log.wake();
            long end = offset;
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> log.range().nextOffset() == end);
            assertThat(log.stats().segments()).isGreaterThan(3);
        }
        return config.folder().resolve("appendonly.aof.manifest");
    }

    private static List<byte[]> commands() {
        List<byte[]> commands = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            if (i % 100 == 0) {
                commands.add(command("SELECT", Integer.toString(i / 100 % 16)));
                commands.add(command("ping"));
                commands.add(command("REPLCONF", "GETACK", "*"));
            }
            if (i % 50 == 0) {
                commands.add(command("MULTI"));
                commands.add(command("INCR", "counter"));
                commands.add(command("EXEC"));
            }
            commands.add(command("SET", "key:" + i, "value".repeat(i % 20)));
        }
        return commands;
    }

    private static byte[] command(String... words) {
        StringBuilder resp = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            resp.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return resp.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
