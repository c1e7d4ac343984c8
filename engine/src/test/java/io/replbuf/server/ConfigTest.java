package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.testing.StrategyJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {
    @TempDir Path dir;

    @Test
    void shouldAcceptTheSuitesDefaults() throws Exception {
        ServerConfig config =
                read(
                        """
                        # Redis configuration for testing.

                        always-show-logo yes
                        notify-keyspace-events KEA
                        daemonize no
                        pidfile /var/run/redis.pid
                        port 6379
                        timeout 0
                        bind 127.0.0.1 -::1
                        loglevel verbose
                        logfile ''
                        databases 16
                        latency-monitor-threshold 1
                        repl-diskless-sync-delay 0

                        save 60 10000

                        rdbcompression yes
                        dbfilename dump.rdb
                        dir ./

                        slave-serve-stale-data yes
                        appendonly no
                        appendfsync everysec
                        no-appendfsync-on-rewrite no
                        activerehashing yes
                        enable-protected-configs yes
                        enable-debug-command yes
                        enable-module-command yes
                        propagation-error-behavior panic
                        shutdown-on-sigterm default
                        unixsocket socket
                        """);
        assertThat(config.text("save")).isEqualTo("60 10000");
        assertThat(config.text("replica-serve-stale-data")).isEqualTo("yes");
        assertThat(config.text("logfile")).isEmpty();
    }

    @Test
    void shouldTakeOptionsAfterTheFile() throws Exception {
        ServerConfig config =
                read(
                        "port 1\nsave 60 10000\n",
                        "--port",
                        "7000",
                        "--maxmemory",
                        "10mb",
                        "--save",
                        "",
                        "--hz",
                        "20");
        assertThat(config.number("port")).isEqualTo(7000);
        assertThat(config.number("maxmemory")).isEqualTo(10 << 20);
        assertThat(config.text("save")).isEmpty();
        assertThat(config.number("hz")).isEqualTo(20);
    }

    @Test
    void shouldGatherSavePoints() throws Exception {
        assertThat(read("save 900 1\nsave 300 10 60 10000\n").text("save"))
                .isEqualTo("900 1 300 10 60 10000");
        assertThat(ConfigReader.read(new String[] {"--save", "100 1"}).text("save"))
                .isEqualTo("100 1");
        assertThat(ConfigReader.read(new String[0]).text("save"))
                .isEqualTo("3600 1 300 100 60 10000");
    }

    @Test
    void shouldAddSavePointsOfTheCommandLineToThoseOfTheFile() throws Exception {
        assertThat(read("save 900 1\n", "--save", "100 100").text("save"))
                .isEqualTo("900 1 100 100");
        assertThat(read("save 900 1\n", "--save", "100", "100").text("save"))
                .isEqualTo("900 1 100 100");
        assertThat(read("save 900 1\n", "--save", "").text("save")).isEmpty();
        ServerConfig cleared = read("save 900 1\n", "--save", "--port", "7000");
        assertThat(cleared.text("save")).isEmpty();
        assertThat(cleared.number("port")).isEqualTo(7000);
    }

    @Test
    void shouldTakeWhatStandsBehindAnOptionForItsValue() throws Exception {
        assertThat(ConfigReader.read(new String[] {"--dbfilename", "--bla.rdb"}).text("dbfilename"))
                .isEqualTo("--bla.rdb");
        assertThat(ConfigReader.read(new String[] {"--port 7000", "--hz", "20"}).number("hz"))
                .isEqualTo(20);
        assertThatThrownBy(() -> ConfigReader.read(new String[] {"--port", "--bla"}))
                .hasMessageContaining(">>> 'port \"--bla\"'")
                .hasMessageContaining("argument couldn't be parsed into an integer");
        assertThatThrownBy(() -> ConfigReader.read(new String[] {"--port", "6379", "6380"}))
                .hasMessageContaining(">>> 'port \"6379\" \"6380\"'")
                .hasMessageContaining("wrong number of arguments");
    }

    @Test
    void shouldUnderstandQuotes() throws Exception {
        assertThat(read("appendfilename \"append\\x6fnly.aof\"\n").text("appendfilename"))
                .isEqualTo("appendonly.aof");
        assertThatThrownBy(() -> read("dir \"open\n")).hasMessageContaining("Unbalanced quotes");
    }

    @Test
    void shouldOverlayOutputLimits() throws Exception {
        ServerConfig config = read("client-output-buffer-limit replica 128k 1mb 7\n");
        assertThat(config.text("client-output-buffer-limit"))
                .isEqualTo("normal 0 0 0 slave 128000 1048576 7 pubsub 33554432 8388608 60");
        assertThat(config.primary().limit().hardBytes()).isEqualTo(128_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "port abc|at line 2|>>> 'port abc'|argument couldn't be parsed into an integer",
                "port 70000|at line 2|>>> 'port 70000'|argument must be between 0 and 65535 inclusive",
                "repl-backlog-sizes 1mb|at line 2|>>> 'repl-backlog-sizes 1mb'|nearest: repl-backlog-size",
                "rdbcompression maybe|at line 2|>>> 'rdbcompression maybe'|argument must be 'yes' or 'no'",
                "maxmemory 10xb|at line 2|>>> 'maxmemory 10xb'|argument must be a memory value",
                "loglevel loud|at line 2|>>> 'loglevel loud'|argument(s) must be one of the following: debug, verbose",
                "save 10|at line 2|>>> 'save 10'|Invalid save parameters",
                "port|at line 2|>>> 'port'|wrong number of arguments",
                "replicaof 127.0.0.1 6379|at line 2|>>> 'replicaof|replicaof is part of Redis that this server does not have yet",
                "slaveof 127.0.0.1 6379|at line 2|>>> 'slaveof|replicaof is part of Redis",
                "aof-timestamp-enabled yes|at line 2|>>> 'aof-timestamp-enabled yes'|aof-timestamp-enabled is part of Redis",
                "cluster-enabled yes|at line 2|>>> 'cluster|cluster-enabled is part of Redis",
                "tls-port 7000|at line 2|>>> 'tls|tls-port is part of Redis",
                "include other.conf|at line 2|>>> 'include|include is part of Redis",
                "client-output-buffer-limit master 1 1 1|at line 2|>>> 'cl|Invalid client class",
                "client-output-buffer-limit normal 1 1|at line 2|>>> 'cl|Wrong number of arguments",
                "client-output-buffer-limit normal x 1 1|at line 2|>>> 'cl|Error in hard, soft or soft_seconds",
            })
    void shouldNameTheLineAndTheReason(String line, String where, String what, String why) {
        assertThatThrownBy(() -> read("# a comment\n" + line + "\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(where)
                .hasMessageContaining(what)
                .hasMessageContaining(why);
    }

    @Test
    void shouldKnowTheOptionsOfAStrategyThatItsPathBrings() throws Exception {
        Path jar = StrategyJar.make(dir.resolve("spiral.jar"), "spiral");

        ServerConfig config =
                read(
                        "repl-buffer-spiral-turns 7\nREPL-BUFFER-PATH " + jar + "\n",
                        "--repl-buffer-strategy",
                        "spiral");

        assertThat(config.strategy().name()).isEqualTo("spiral");
        assertThat(config.strategyOptions()).containsEntry("repl-buffer-spiral-turns", "7");
        assertThatThrownBy(() -> read("repl-buffer-spiral-turns 7\n"))
                .hasMessageContaining("Bad directive");
    }

    @Test
    void shouldTakeThePathsStrategiesFromTheCommandLine() throws Exception {
        Path jar = StrategyJar.make(dir.resolve("spiral.jar"), "spiral");

        ServerConfig config =
                read("port 7000\n", "--hz", "20", "--repl-buffer-path", jar.toString());

        assertThat(config.number("hz")).isEqualTo(20);
        assertThat(config.text("repl-buffer-path")).isEqualTo(jar.toString());
        assertThat(config.text("repl-buffer-spiral-turns")).isEqualTo("3");
        assertThat(config.strategyOptions()).doesNotContainKey("repl-buffer-spiral-turns");
    }

    @Test
    void shouldSayWhyAPathBringsNoStrategy() {
        assertThatThrownBy(() -> read("port 1\nrepl-buffer-path " + dir.resolve("none") + "\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("at line 2")
                .hasMessageContaining("repl-buffer-path: " + dir.resolve("none"))
                .hasMessageContaining("no such file or folder");
    }

    /** By the options that it describes; how a name begins does not matter. */
    @Test
    void shouldGiveAStrategyAllOptionsThatItDescribes() throws Exception {
        Path jar = StrategyJar.make(dir.resolve("plain.jar"), "plain", "Ring-Bytes");

        ServerConfig config =
                read("repl-buffer-path " + jar + "\nring-bytes 5\nrepl-buffer-tap tap\n");

        assertThat(config.strategyOptions()).containsOnly(Map.entry("Ring-Bytes", "5"));
    }

    @Test
    void shouldNameTheFileThatIsMissing() {
        Path missing = dir.resolve("none.conf");
        assertThatThrownBy(() -> ConfigReader.read(new String[] {missing.toString()}))
                .hasMessageContaining("can't open config file")
                .hasMessageContaining(missing.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "*,anything,true",
        "repl-*,repl-timeout,true",
        "repl-*,timeout,false",
        "?z,hz,true",
        "?z,hzz,false",
        "[h-j]z,hz,true",
        "[^h]z,hz,false",
        "h[xyz],hz,true",
        "HZ,hz,true",
        "*-ttl,repl-backlog-ttl,true",
        "a*b*c,aXbYc,true",
        "a*b*c,aXbY,false",
        "h\\*,h*,true",
        "h\\*,hz,false",
        "[,x,false",
        "h[z,hz,true"
    })
    void shouldMatchGlobs(String pattern, String text, boolean matches) {
        assertThat(Glob.matches(pattern, text)).isEqualTo(matches);
    }

    private ServerConfig read(String file, String... options) throws Exception {
        Path path = Files.writeString(dir.resolve("redis.conf"), file);
        String[] arguments = new String[options.length + 1];
        arguments[0] = path.toString();
        System.arraycopy(options, 0, arguments, 1, options.length);
        return ConfigReader.read(arguments);
    }
}
