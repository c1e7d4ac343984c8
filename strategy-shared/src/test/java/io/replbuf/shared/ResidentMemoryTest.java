package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the operating system charges: up with a laggard, down when it leaves, and the same the second time. */
class ResidentMemoryTest {
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long PAGE_BYTES = 4096;
    private static final int LAG_BYTES = 256 << 20;

    /** Two extents beside what is in use, and what the JVM itself may take meanwhile. */
    private static final long TOLERANCE = 2L * Extent.BYTES + (40L << 20);

    @Test
    void shouldReturnMemoryToTheOperatingSystemTwice() throws Exception {
        assumeTrue(Files.exists(STATM), "needs /proc/self/statm");
        ExecutorService helper = Executors.newSingleThreadExecutor();
        Extents extents = new Extents(1L << 30, helper);
        Account account = new Accountant().account(Owner.REPLICATION);
        ReplicationBuffer buffer =
                new SharedBufferFactory()
                        .create(
                                new BufferContext(
                                        System::nanoTime,
                                        extents,
                                        account,
                                        helper,
                                        null,
                                        1,
                                        1 << 20,
                                        Map.of()));
        fillAndRelease(buffer);
        awaitUnmapping(extents);
        long before = residentBytes();
        for (int round = 0; round < 2; round++) {
            long peak = fillAndRelease(buffer);
            assertThat(peak - before).isGreaterThan(LAG_BYTES - TOLERANCE);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(residentBytes() - before).isLessThan(TOLERANCE));
            awaitUnmapping(extents);
        }
        buffer.close();
        helper.shutdown();
        extents.close();
        assertThat(extents.liveBytes()).isZero();
    }

    /** Extents are unmapped by the helper, behind the turn that gave them back. */
    private static void awaitUnmapping(Extents extents) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> extents.mappedBytes() <= 3L * Extent.BYTES);
    }

    private static long fillAndRelease(ReplicationBuffer buffer) throws IOException {
        ReplicaCursor laggard = buffer.open(buffer.nextOffset(), CursorRole.REPLICA, Runnable::run);
        ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
        for (int fed = 0; fed < LAG_BYTES; fed += bytes.capacity()) {
            bytes.clear();
            buffer.feed(bytes);
            buffer.turn(64);
        }
        long peak = residentBytes();
        laggard.close();
        int turns = 0;
        while (buffer.turn(640)) {
            assertThat(++turns).isLessThan(1_000);
        }
        return peak;
    }

    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(STATM).split(" ")[1]) * PAGE_BYTES;
    }
}
