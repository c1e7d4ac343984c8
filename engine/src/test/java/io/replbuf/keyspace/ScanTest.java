package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScanTest {
    @Test
    void shouldReturnEveryKeyThatStaysOnceWhateverTheTableDoes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 8; round++) {
            try (CommandDesk desk = new CommandDesk()) {
                Set<String> staying = new HashSet<>();
                for (int i = 0; i < 500; i++) {
                    staying.add("s" + i);
                    desk.run("set", "s" + i, "v");
                }
                // Between the calls of half of the rounds 20,000 keys come, of the others they go.
                int others = 0;
                boolean growing = random.nextBoolean();
                for (; !growing && others < 20_000; others++) {
                    desk.run("set", "o" + others, "v");
                }
                List<String> returned = new ArrayList<>();
                String cursor = "0";
                do {
                    String[] reply = desk.run("scan", cursor, "count", "7").split("\r\n");
                    cursor = reply[2];
                    for (int i = 5; i < reply.length; i += 2) {
                        returned.add(reply[i]);
                    }
                    for (int i = random.nextInt(400); i > 0; i--) {
                        if (growing && others < 20_000) {
                            desk.run("set", "o" + others++, "v");
                        } else if (!growing && others > 0) {
                            desk.run("del", "o" + --others);
                        }
                    }
                } while (!cursor.equals("0"));
                assertThat(returned)
                        .as("seed %dL", seed)
                        .doesNotHaveDuplicates()
                        .containsAll(staying);
            }
        }
    }

    @Test
    void shouldFilterByPatternAndTypeAndDeleteWhatHasExpired() {
        try (CommandDesk desk = new CommandDesk()) {
            desk.run("mset a1 v a2 v b1 v");
            desk.run("set a3 v px 5");
            desk.now += 6;
            assertThat(desk.run("scan 0 match b* count 100"))
                    .isEqualTo("*2\r\n$1\r\n0\r\n*1\r\n$2\r\nb1\r\n");
            assertThat(desk.run("scan 0 type list count 100")).isEqualTo("*2\r\n$1\r\n0\r\n*0\r\n");
            assertThat(desk.run("keys a*")).startsWith("*2\r\n");
            assertThat(desk.keyspace.size(0)).isEqualTo(4);
            assertThat(desk.run("scan 0 match a* count 100")).startsWith("*2\r\n$1\r\n0\r\n*2\r\n");
            assertThat(desk.stream()).containsExactly("DEL a3");
            assertThat(desk.keyspace.size(0)).isEqualTo(3);
        }
    }

    @Test
    void shouldGiveTableMemoryBackWhenKeysGo() {
        try (CommandDesk desk = new CommandDesk()) {
            desk.run("set k v");
            long small = desk.charged();
            for (int i = 0; i < 200_000; i++) {
                desk.run("set", "k" + i, "v");
            }
            assertThat(desk.charged()).isGreaterThan(200_000 * 40L);
            for (int i = 0; i < 200_000; i++) {
                desk.run("del", "k" + i);
            }
            while (desk.keyspace.rehashStep(1_000_000)) {
                // Until the table has its size.
            }
            assertThat(desk.charged()).isLessThan(small + 4096);
            assertThat(desk.run("get k")).isEqualTo("$1\r\nv\r\n");
        }
    }
}
