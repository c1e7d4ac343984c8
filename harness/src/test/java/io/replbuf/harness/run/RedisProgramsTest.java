package io.replbuf.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisProgramsTest {
    @TempDir private Path folder;

    @Test
    void shouldFindAServerThatSaysTheRightVersion() throws IOException {
        program("redis-server", "echo 'Redis server v=7.0.15 sha=0 malloc=none'");
        RedisPrograms programs = new RedisPrograms(Map.of("PATH", folder.toString()));
        assertThat(programs.resolve("redis-7.0 --io-threads 2"))
                .contains(List.of(folder.resolve("redis-server").toString(), "--io-threads", "2"));
        assertThat(programs.resolve("redis-7.2")).isEmpty();
        assertThat(programs.resolve("valkey-7.0")).isEmpty();
    }

    @Test
    void shouldPreferWhatItIsGivenAndMakeItExecutable() throws IOException {
        program("redis-server-6.2", "exit 0");
        Path given = Files.writeString(folder.resolve("unpacked"), "#!/bin/sh\n");
        RedisPrograms programs =
                new RedisPrograms(
                        Map.of("PATH", folder.toString(), "REPLBUF_REDIS_6_2", given.toString()));
        assertThat(programs.resolve("redis-6.2")).contains(List.of(given.toString()));
        assertThat(given).isExecutable();
    }

    @Test
    void shouldTakePathsAndPlainWordsAsTheyAre() throws IOException {
        Path server = program("my-server", "exit 0");
        RedisPrograms programs = new RedisPrograms(Map.of("PATH", folder.toString()));
        assertThat(programs.resolve(server + " a")).contains(List.of(server.toString(), "a"));
        assertThat(programs.resolve("my-server")).contains(List.of(server.toString()));
        assertThat(programs.resolve(folder + "/none")).isEmpty();
        assertThat(RedisPrograms.advice("redis-6.2 x")).contains("-Dreplbuf.redis-6.2=PATH");
    }

    private Path program(String name, String line) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
