package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which values directives take, and how they are shown, as CONFIG SET and the command line give them. */
class DirectiveValuesTest {
    private final ServerConfig config = new ServerConfig();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            value = {
                "hz|0|1",
                "hz|1000000|500",
                "repl-backlog-size|1|16384",
                "notify-keyspace-events|KEA|AKE",
                "notify-keyspace-events|Elg|glE",
                "notify-keyspace-events|mKEtexzhsl$gd|AKEm",
                "notify-keyspace-events|ngK|gnK",
                "notify-keyspace-events|KEAnd|AKE",
                "notify-keyspace-events|''|''",
                "shutdown-on-sigterm|now NOSAVE|nosave now",
                "shutdown-on-sigterm|default force|force",
                "shutdown-on-sigint|default|default",
                "oom-score-adj-values|3 2 -1|3 2 -1",
                "latency-tracking-info-percentiles|10.123456789 100.0|10.123457 100",
                "latency-tracking-info-percentiles|''|''",
                "proc-title-template|{title} {{x {port}|{title} {{x {port}",
                "save|''|''",
                "save|900 1 60 0|900 1 60 0",
                "replicaof|NO one|''",
                "maxmemory-clients|0|0",
                "dbfilename|''|''",
                "acl-pubsub-default|ALLCHANNELS|allchannels",
                "hash-max-listpack-value|1kb|1024"
            })
    void shouldShowAValueAsRedisDoes(String name, String value, String shown) throws Exception {
        assertThat(config.normalized(config.directives().find(name), value)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hz|-1|argument must be between 0 and 2147483647 inclusive",
                "notify-keyspace-events|q|Invalid event class character. Use 'Ag$lshzxeKEtmdn'.",
                "shutdown-on-sigterm|nosave now save|shutdown options SAVE and NOSAVE can't be used simultaneously",
                "shutdown-on-sigterm|never|argument(s) must be one of the following: default, save, nosave, now, force",
                "shutdown-on-sigterm|''|argument(s) must be one of the following: default, save, nosave, now, force",
                "shutdown-on-sigterm|now  save|argument(s) must be one of the following: default, save, nosave, now, force",
                "oom-score-adj-values|1 2|wrong number of arguments",
                "oom-score-adj-values|1  2 3|wrong number of arguments",
                "oom-score-adj-values|1 2 x|Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
                "oom-score-adj-values|1 2 2001|Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
                "latency-tracking-info-percentiles|10.0 a|Invalid latency-tracking-info-percentiles parameters",
                "latency-tracking-info-percentiles|101|latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
                "latency-tracking-info-percentiles|-1|latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
                "proc-title-template|{bad|template format is invalid or contains unknown variables",
                "proc-title-template|{bad}|template format is invalid or contains unknown variables",
                "proc-title-template|x {|template format is invalid or contains unknown variables",
                "proc-title-template|''|template format is invalid or contains unknown variables",
                "maxmemory-clients|200%|percentage argument must be less or equal to 100",
                "maxmemory-clients|-1|argument must be a memory or percent value",
                "maxmemory-clients|x|argument must be a memory or percent value",
                "replicaof|127.0.0.1|wrong number of arguments",
                "replicaof|127.0.0.1 65536|Invalid master port",
                "save|10  20|Invalid save parameters",
                "save|0 1|Invalid save parameters",
                "dbfilename|a/b|dbfilename can't be a path, just a filename",
                "appenddirname|a/b|appenddirname can't be a path, just a dirname",
                "appendfilename|''|appendfilename can't be empty"
            })
    void shouldRefuseInTheWordsOfRedis(String name, String value, String reason) {
        Directive directive = config.directives().find(name);
        assertThatThrownBy(() -> config.normalized(directive, value))
                .isInstanceOf(ConfigException.class)
                .hasMessage(reason);
    }

    /** In the file and on the command line they may also come as one word with blanks in it. */
    @Test
    void shouldTakeSeveralWordsAsOne() throws Exception {
        ServerConfig read =
                ConfigReader.read(
                        new String[] {
                            "--shutdown-on-sigint",
                            "nosave",
                            "force",
                            "now",
                            "--shutdown-on-sigterm",
                            "nosave force",
                            "--oom-score-adj-values",
                            "1  2 3",
                            "--bind",
                            "127.0.0.1 -::1"
                        });
        assertThat(read.text("shutdown-on-sigint")).isEqualTo("nosave now force");
        assertThat(read.shutdownMode("shutdown-on-sigterm"))
                .isEqualTo(ShutdownMode.DEFAULT.withNoSave().withForce());
        assertThat(read.text("oom-score-adj-values")).isEqualTo("1 2 3");
        assertThat(read.text("bind")).isEqualTo("127.0.0.1 -::1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--port|>>> 'port'|wrong number of arguments",
                "--logfile a b|>>> 'logfile \"a\" \"b\"'|wrong number of arguments",
                "--port --loglevel verbose|>>> 'port \"--loglevel\" \"verbose\"'|wrong number of arguments",
                "--logfile --my --loglevel --bla|>>> 'loglevel \"--bla\"'|argument(s) must be one of the following",
                "--shutdown-on-sigint|>>> 'shutdown-on-sigint'|argument(s) must be one of the following",
                "--replicaof 127.0.0.1 abc|>>> 'replicaof \"127.0.0.1\" \"abc\"'|Invalid master port",
                "--replicaof --127.0.0.1 --abc|>>> 'replicaof \"--127.0.0.1\"'|wrong number of arguments",
                "--oom-score-adj-values 1|>>> 'oom-score-adj-values \"1\"'|wrong number of arguments",
                "--dbfilename a/b|>>> 'dbfilename \"a/b\"'|dbfilename can't be a path, just a filename"
            })
    void shouldRefuseACommandLineInTheWordsOfRedis(String line, String shown, String reason) {
        assertThatThrownBy(() -> ConfigReader.read(line.split(" ")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(shown + "\n")
                .hasMessageContaining(reason);
    }

    @Test
    void shouldKnowADefaultThatEachDirectiveTakes() throws Exception {
        for (Directive directive : config.directives().all()) {
            assertThat(config.normalized(directive, directive.defaultValue()))
                    .as(directive.name())
                    .isEqualTo(directive.defaultValue());
        }
        assertThat(config.savePoints())
                .isEqualTo(SavePoints.parse(List.of("3600 1 300 100 60 10000".split(" "))));
    }
}
