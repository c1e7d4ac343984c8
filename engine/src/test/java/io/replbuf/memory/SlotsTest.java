package io.replbuf.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlotsTest {
    /** Four slots an extent: every case is a few calls away. */
    private static final int SLOT = Extent.BYTES / 4;

    private final Extents extents = new Extents(3L * Extent.BYTES, null);
    private final Slots slots = new Slots(extents, SLOT);

    @AfterEach
    void everythingIsBack() {
        assertThat(slots.used()).isZero();
        assertThat(extents.liveBytes()).isZero();
        extents.close();
    }

    @Test
    void shouldPlaceASlotBehindTheOneBefore() {
        List<Integer> taken = take(4, Slots.NONE);

        for (int i = 1; i < 4; i++) {
            assertThat(slots.adjacent(taken.get(i - 1), taken.get(i))).isTrue();
            assertThat(slots.position(taken.get(i))).isEqualTo(i * SLOT);
            assertThat(slots.memory(taken.get(i))).isSameAs(slots.memory(taken.get(0)));
        }
        free(taken);
    }

    @Test
    void shouldNotTakeTwoExtentsForNeighbours() {
        List<Integer> taken = take(5, Slots.NONE);

        assertThat(slots.adjacent(taken.get(3), taken.get(4))).isFalse();
        assertThat(slots.memory(taken.get(4))).isNotSameAs(slots.memory(taken.get(3)));
        free(taken);
    }

    @Test
    void shouldGiveAnExtentBackWithItsLastSlot() {
        List<Integer> taken = take(5, Slots.NONE);
        assertThat(extents.liveBytes()).isEqualTo(2L * Extent.BYTES);

        slots.free(taken.remove(4));
        assertThat(extents.liveBytes()).isEqualTo(Extent.BYTES);
        assertThat(slots.mappedBytes()).isEqualTo(Extent.BYTES);
        free(taken);
    }

    @Test
    void shouldFillTheFullestExtentFirst() {
        List<Integer> taken = take(12, Slots.NONE);
        // Left in use: one slot of extent 0, three of extent 1, two of extent 2.
        List<Integer> freed =
                List.of(
                        taken.get(1),
                        taken.get(2),
                        taken.get(3),
                        taken.get(6),
                        taken.get(8),
                        taken.get(9));
        free(freed);
        taken.removeAll(freed);

        int next = slots.allocate(Slots.NONE);
        assertThat(slots.memory(next)).isSameAs(slots.memory(taken.get(1)));
        taken.add(next);
        free(taken);
    }

    @Test
    void shouldReserveAllOrNothing() {
        assertThat(slots.reserve(13)).isFalse();
        assertThat(extents.liveBytes()).as("extents given back").isZero();
        assertThat(slots.reserve(12)).isTrue();
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            taken.add(slots.allocate(Slots.NONE));
        }
        assertThat(slots.reserve(1)).isFalse();
        assertThat(slots.reserve(0)).isTrue();
        assertThatThrownBy(() -> slots.allocate(Slots.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected");
        free(taken);
    }

    @Test
    void shouldRefuseToFreeTwice() {
        List<Integer> taken = take(2, Slots.NONE);
        int slot = taken.remove(1);
        slots.free(slot);

        assertThatThrownBy(() -> slots.free(slot))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("slot " + slot);
        free(taken);
        assertThatThrownBy(() -> slots.free(slot)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldPoisonWhatIsFreed() {
        List<Integer> taken = take(2, Slots.NONE);
        int slot = taken.remove(1);
        slots.memory(slot).put(slots.position(slot) + 5, (byte) 1);

        slots.free(slot);

        assertThat(Poison.isOn()).isTrue();
        assertThat(slots.memory(taken.get(0)).get(slots.position(slot) + 5)).isEqualTo(Poison.BYTE);
        free(taken);
    }

    @Test
    void shouldRefuseSizesThatDoNotDivideAnExtent() {
        for (int bytes :
                new int[] {0, -64, 32, 100, 3 << 10, Integer.MIN_VALUE, 2 * Extent.BYTES}) {
            assertThatThrownBy(() -> new Slots(extents, bytes))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(bytes + " (expected: a power of two");
        }
    }

    @Test
    void shouldTakeAWholeExtentAsOneSlot() {
        Slots whole = new Slots(extents, Extent.BYTES);
        assertThat(whole.reserve(2)).isTrue();
        int one = whole.allocate(Slots.NONE);
        int two = whole.allocate(one);

        assertThat(whole.adjacent(one, two)).isFalse();
        assertThat(whole.metadataBytes()).isEqualTo(2 * Long.BYTES);
        whole.free(one);
        whole.free(two);
    }

    @Test
    void shouldNeverHandOutASlotTwice() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Slots small = new Slots(extents, 64 << 10);
        List<Integer> live = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(100) < 52 && small.reserve(1)) {
                int after = live.isEmpty() ? Slots.NONE : live.get(live.size() - 1);
                int slot = small.allocate(after);
                assertThat(seen.add(slot)).as("seed " + seed + ", step " + step).isTrue();
                live.add(slot);
            } else if (!live.isEmpty()) {
                int slot = live.remove(random.nextInt(live.size()));
                seen.remove(slot);
                small.free(slot);
            }
            assertThat(small.used()).as("seed " + seed).isEqualTo(live.size());
        }
        live.forEach(small::free);
        assertThat(small.mappedBytes()).isZero();
    }

    private List<Integer> take(int count, int after) {
        List<Integer> taken = new ArrayList<>();
        int last = after;
        for (int i = 0; i < count; i++) {
            assertThat(slots.reserve(1)).isTrue();
            last = slots.allocate(last);
            taken.add(last);
        }
        return taken;
    }

    private void free(List<Integer> taken) {
        taken.forEach(slots::free);
    }
}
