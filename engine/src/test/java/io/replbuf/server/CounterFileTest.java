package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.primary.ReplicaSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CounterFileTest {
    @TempDir Path dir;

    @Test
    void shouldBeReadAsWritten() throws IOException {
        Path path = dir.resolve("counters");
        CounterFile file = CounterFile.create(path);
        CounterReader reader = CounterReader.open(path);
        for (Counter counter : Counter.values()) {
            file.set(counter, counter.ordinal() * 1_000_000_007L);
        }
        for (Counter counter : Counter.values()) {
            assertThat(reader.get(counter)).isEqualTo(counter.ordinal() * 1_000_000_007L);
        }
        assertThat(reader.names())
                .hasSize(Counter.values().length)
                .contains("mem_used", "log_written_offset");
        assertThat(reader.get("of another version")).isZero();
    }

    @Test
    void shouldKeepASlotForAPort() throws IOException {
        Path path = dir.resolve("counters");
        CounterFile file = CounterFile.create(path);
        CounterReader reader = CounterReader.open(path);
        assertThat(file.of(0)).isNull();
        file.of(7001).set(ReplicaSlot.Field.SENT_OFFSET, 5);
        file.of(7002).add(ReplicaSlot.Field.SESSIONS, 1);
        file.of(7002).add(ReplicaSlot.Field.SESSIONS, 1);
        assertThat(file.of(7001)).isSameAs(file.of(7001));
        assertThat(reader.slotOf(7002)).isEqualTo(1);
        assertThat(reader.slotOf(7003)).isEqualTo(-1);
        assertThat(reader.replica(0, ReplicaSlot.Field.SENT_OFFSET)).isEqualTo(5);
        assertThat(reader.replica(1, ReplicaSlot.Field.SESSIONS)).isEqualTo(2);
        for (int port = 1; port <= CounterFile.REPLICA_SLOTS - 2; port++) {
            assertThat(file.of(port)).isNotNull();
        }
        assertThat(file.of(9999)).isNull();
    }

    @Test
    void shouldRefuseWhatIsNoCounterFile() throws IOException {
        Path empty = Files.writeString(dir.resolve("empty"), "");
        assertThatThrownBy(() -> CounterReader.open(empty))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no counter file");
        Path other = Files.writeString(dir.resolve("other"), "x".repeat(5000));
        assertThatThrownBy(() -> CounterReader.open(other))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no counter file");
        Path cut = dir.resolve("cut");
        CounterFile.create(cut);
        Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(cut), 4000));
        assertThatThrownBy(() -> CounterReader.open(cut))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected: version 1");
    }

    @Test
    void shouldFollowARunningServer() throws Exception {
        Path path = dir.resolve("counters");
        try (ServerFixture fixture =
                new ServerFixture(dir, "repl-buffer-counters", path.toString())) {
            CounterReader reader = CounterReader.open(path);
            RawClient client = fixture.client();
            client.call("SET", "k", "v".repeat(1000));
            Awaitility.await().until(() -> reader.get(Counter.KEYS) == 1);
            assertThat(reader.get(Counter.MEM_KEYSPACE)).isBetween(1000L, 4000L);
            assertThat(reader.get(Counter.PRIMARY_OFFSET)).isPositive();
            Awaitility.await()
                    .until(
                            () ->
                                    reader.get(Counter.HEAP_USED) > 0
                                            && reader.get(Counter.CPU_COMMAND_LOOP_NANOS) > 0);
            long before = reader.get(Counter.PUBLISH_NANOS);
            Awaitility.await().until(() -> reader.get(Counter.PUBLISH_NANOS) > before);
        }
    }
}
