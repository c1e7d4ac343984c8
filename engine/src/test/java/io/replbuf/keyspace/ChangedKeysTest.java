package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every command that changes data names the keys that it changed, and no others. */
class ChangedKeysTest {
    private final CommandDesk desk = new CommandDesk();

    @AfterEach
    void close() {
        desk.close();
    }

    @ParameterizedTest
    @CsvSource({
        "SET a 1, 0:a",
        "SET a 1 EX 10, 0:a",
        "SET a 1 GET, 0:a",
        "SET a 1 NX, ''",
        "SETNX new 1, 0:new",
        "SETNX a 1, ''",
        "SETEX a 10 1, 0:a",
        "GETSET a 1, 0:a",
        "GETDEL a, 0:a",
        "GETEX a EX 10, 0:a",
        "GETEX t PERSIST, 0:t",
        "GETEX a, ''",
        "APPEND a 1, 0:a",
        "SETRANGE a 1 x, 0:a",
        "INCR n, 0:n",
        "INCRBYFLOAT n 1.5, 0:n",
        "MSET a 1 b 2, 0:a 0:b",
        "MSETNX x 1 y 2, 0:x 0:y",
        "MSETNX x 1 a 2, ''",
        "DEL a none b, 0:a 0:b",
        "UNLINK a, 0:a",
        "EXPIRE a 10, 0:a",
        "EXPIRE a 0, 0:a",
        "EXPIRE none 10, ''",
        "PEXPIREAT a 1700000099000, 0:a",
        "PERSIST t, 0:t",
        "PERSIST a, ''",
        "RENAME a c, 0:a 0:c",
        "RENAMENX a b, ''",
        "COPY a c, 0:c",
        "COPY a c DB 3, 3:c",
        "COPY a b, ''",
        "FLUSHDB, 0:*",
        "GET a, ''"
    })
    void shouldNameTheKeysThatACommandChanged(String command, String changed) {
        desk.run("MSET a v b w n 1 t x");
        desk.run("EXPIRE t 100");

        desk.run(command);

        assertThat(String.join(" ", desk.effects.changed)).isEqualTo(changed);
    }

    @Test
    void shouldNameEveryDatabaseThatIsEmptied() {
        desk.run("FLUSHALL");

        assertThat(desk.effects.changed).hasSize(16).containsAll(List.of("0:*", "15:*"));
    }
}
