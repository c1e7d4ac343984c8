package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisToolsTest {
    @TempDir Path dir;

    @Test
    void shouldServeRedisCli() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            assertThat(run("redis-cli", fixture, "SET", "k", "v")).isEqualTo("OK\n");
            assertThat(run("redis-cli", fixture, "--no-auth-warning", "-3", "GET", "k"))
                    .isEqualTo("v\n");
            assertThat(run("redis-cli", fixture, "INFO", "server")).contains("redis_version:");
            assertThat(run("redis-cli", fixture, "--scan")).isEqualTo("k\n");
            assertThat(run("redis-cli", fixture, "--rdb", dir.resolve("copy.rdb").toString()))
                    .contains("Transfer finished with success");
        }
    }

    @Test
    void shouldServeRedisBenchmark() throws Exception {
        try (ServerFixture fixture = new ServerFixture(dir)) {
            String output =
                    run(
                            "redis-benchmark",
                            fixture,
                            "-t",
                            "set,get,incr,mset",
                            "-n",
                            "20000",
                            "-P",
                            "16",
                            "--csv");
            assertThat(output)
                    .contains("\"SET\"")
                    .contains("\"GET\"")
                    .contains("\"INCR\"")
                    .contains("\"MSET (10 keys)\"");
            assertThat(fixture.client().call("GET", "counter:__rand_int__")).isEqualTo("20000");
        }
    }

    private String run(String tool, ServerFixture fixture, String... arguments)
            throws IOException, InterruptedException {
        Path path = RealRedis.tool(tool);
        assumeThat(path).as("/usr/bin/%s is there", tool).isNotNull();
        List<String> command =
                new ArrayList<>(
                        List.of(path.toString(), "-p", Integer.toString(fixture.server.port())));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
