package io.replbuf.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of extents that nobody has any more, step by step: on the test's thread, by the test's clock. */
class LeavingExtentsTest {
    private static final int MOST = 8;

    private final Queue<Runnable> helped = new ArrayDeque<>();
    private final List<Long> restMillis = new ArrayList<>();
    private final Extents extents =
            new Extents(
                    (long) MOST * Extent.BYTES,
                    helped::add,
                    false,
                    new CountedMemory(),
                    new TestRests());

    private int mapped;
    private int unmapped;
    private int lost;
    private long nowNanos;
    private Runnable whileUnmapping = () -> {};
    private Runnable whileResting = () -> {};

    @AfterEach
    void endWithNothingMapped() {
        whileUnmapping = () -> {};
        extents.close();
        runHelper();
        assertThat(extents.liveBytes()).as("released by the test").isZero();
        assertThat(extents.mappedBytes()).isZero();
        assertThat(unmapped + lost).isEqualTo(mapped);
    }

    @Test
    void shouldAskTheHelperOnceForAllThatLeaveUntilItIsThrough() {
        List<Extent> taken = take(4);
        release(taken.subList(0, 3));
        assertThat(helped).hasSize(1);
        assertThat(unmapped).as("by who released").isZero();

        runHelper();
        assertThat(unmapped).isEqualTo(3);

        release(taken.subList(3, 4));
        assertThat(helped).hasSize(1);
    }

    @Test
    void shouldCountAnExtentAsMappedUntilItIsUnmapped() {
        List<Long> extentsMapped = new ArrayList<>();
        whileUnmapping = () -> extentsMapped.add(extents.mappedBytes() / Extent.BYTES);
        release(take(3));
        runHelper();

        assertThat(extentsMapped).as("with the spare").containsExactly(4L, 3L, 2L);
        assertThat(extents.mappedBytes()).isEqualTo(Extent.BYTES);
    }

    @Test
    void shouldRestThreeTimesAsLongAsItUnmappedButTwentyMillisecondsAtMost() {
        Queue<Integer> millis = new ArrayDeque<>(List.of(5, 1, 7, 6));
        whileUnmapping = () -> pass(millis.remove());
        release(take(4));
        runHelper();

        assertThat(restMillis)
                .as("between two, and none after the last")
                .containsExactly(15L, 3L, 20L);
    }

    @Test
    void shouldNotRestOnceClosed() {
        whileUnmapping =
                () -> {
                    pass(5);
                    if (unmapped == 1) {
                        extents.close();
                    }
                };
        release(take(4));
        runHelper();

        assertThat(restMillis).as("after the first").containsExactly(15L);
        assertThat(unmapped).as("with the spare").isEqualTo(5);
    }

    @Test
    void shouldGoOnAfterAnExtentThatCannotBeGivenBack() {
        whileUnmapping =
                () -> {
                    if (lost == 0) {
                        lost++;
                        throw new IllegalStateException("as the test wants it");
                    }
                };
        release(take(3));
        runHelper();

        assertThat(unmapped).isEqualTo(2);
        assertThat(extents.mappedBytes()).as("the spare").isEqualTo(Extent.BYTES);
    }

    @Test
    void shouldHandOutDuringARestWhatStillWaits() {
        List<Extent> again = new ArrayList<>();
        whileResting =
                () -> {
                    again.add(extents.acquire());
                    again.add(extents.acquire());
                };
        List<Extent> taken = take(4);
        release(taken);
        runHelper();

        assertThat(again).as("the spare, and one that waited").hasSize(2);
        assertThat(taken).contains(again.get(1));
        assertThat(mapped).as("four and a spare").isEqualTo(5);
        assertThat(unmapped).as("all but those two and the next spare").isEqualTo(2);
        release(again);
    }

    @Test
    void shouldMakeASpareOfWhatWaitsWithoutTheHelper() {
        List<Extent> taken = take(2);
        release(taken);
        int asked = helped.size();

        Extent spare = extents.acquire();
        assertThat(taken).doesNotContain(spare);
        assertThat(helped).as("asked to unmap, not to map").hasSize(asked);
        Extent next = extents.acquire();
        assertThat(taken).contains(next);
        assertThat(mapped).as("two and a spare").isEqualTo(3);
        release(List.of(spare, next));
    }

    @Test
    void shouldMakeASpareOfWhatCameToWaitSinceTheHelperWasAskedForOne() {
        release(List.of(extents.acquire()));
        runHelper();

        assertThat(extents.mappedBytes()).as("the spare").isEqualTo(Extent.BYTES);
        assertThat(mapped).isEqualTo(1);
        assertThat(unmapped).isZero();
    }

    @Test
    void shouldHandOutWhatWaitsWhileTheHelperHasYetToMapASpare() {
        Extent first = extents.acquire();
        release(List.of(first));

        Extent again = extents.acquire();
        assertThat(again).isSameAs(first);
        assertThat(mapped).isEqualTo(1);
        release(List.of(again));
    }

    /** Extents, and a spare beside them: {@code count + 1} are mapped. */
    private List<Extent> take(int count) {
        List<Extent> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(extents.acquire());
            runHelper();
        }
        return taken;
    }

    private void release(List<Extent> taken) {
        taken.forEach(extents::release);
    }

    private void runHelper() {
        for (Runnable task = helped.poll(); task != null; task = helped.poll()) {
            task.run();
        }
    }

    private void pass(long millis) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Counts in place of mapping. */
    private final class CountedMemory extends NativeMemory {
        @Override
        ByteBuffer map(int bytes) {
            mapped++;
            return ByteBuffer.allocate(0);
        }

        @Override
        void unmap(ByteBuffer memory) {
            whileUnmapping.run();
            unmapped++;
        }

        @Override
        Heap heap() {
            return null;
        }
    }

    /** Time that passes only where a test says so, and a helper that need not wait. */
    private final class TestRests implements Extents.Rests {
        @Override
        public long nanoTime() {
            return nowNanos;
        }

        @Override
        public void rest(long nanos) {
            restMillis.add(TimeUnit.NANOSECONDS.toMillis(nanos));
            whileResting.run();
        }
    }
}
