package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BlockTableTest {
    private final BlockTable table = new BlockTable();

    @Test
    void shouldKeepSlotsAndPinsWhenItGrowsAndShrinks() {
        long bytes = table.bytes();
        for (int i = 0; i < 1000; i++) {
            table.append(7 * i);
        }
        table.pin(999);
        table.pin(500);
        table.pin(500);
        assertThat(table.bytes()).isGreaterThan(bytes);
        for (int i = 0; i < 500; i++) {
            assertThat(table.removeHead()).isEqualTo(7 * i);
        }
        assertThat(table.pins(500)).isEqualTo(2);
        assertThatThrownBy(table::removeHead).isInstanceOf(IllegalStateException.class);
        table.unpin(500);
        table.unpin(500);
        for (int i = 500; i < 999; i++) {
            assertThat(table.removeHead()).isEqualTo(7 * i);
        }
        assertThat(table.pins(999)).isEqualTo(1);
        assertThat(table.bytes()).isEqualTo(bytes);
    }

    /** A reader of an empty chain waits on the block to come. */
    @Test
    void shouldKeepThePinOnTheBlockToComeWhenItShrinks() {
        for (int i = 0; i < 1000; i++) {
            table.append(i);
        }
        table.pin(1000);
        for (int i = 0; i < 1000; i++) {
            table.removeHead();
        }
        assertThat(table.pins(1000)).isEqualTo(1);
        table.append(42);
        assertThat(table.pins(1000)).isEqualTo(1);
        assertThatThrownBy(table::removeHead).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldLeaveTheOldRingToItsReaders() {
        for (int i = 0; i < 50; i++) {
            table.append(i);
        }
        int[] old = table.slots();
        for (int i = 50; i < 500; i++) {
            table.append(i);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(old[i & old.length - 1]).isEqualTo(i);
        }
        assertThat(table.slots()).isNotSameAs(old);
    }

    @Test
    void shouldRefuseToUnpinWhatIsNotPinned() {
        table.append(1);
        assertThatThrownBy(() -> table.unpin(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("block 0");
    }
}
