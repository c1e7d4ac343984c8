package io.replbuf.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ExtentsTest {
    private final Queue<Runnable> helped = new ArrayDeque<>();

    @Test
    void shouldCountWhatIsOutAndWhatIsMapped() {
        Extents extents = new Extents(4L * Extent.BYTES, null);
        Extent one = extents.acquire();
        Extent two = extents.acquire();
        assertThat(extents.liveBytes()).isEqualTo(2L * Extent.BYTES);
        assertThat(extents.mappedBytes()).isEqualTo(2L * Extent.BYTES);

        extents.release(one);
        extents.release(two);
        assertThat(extents.liveBytes()).isZero();
        assertThat(extents.mappedBytes()).isZero();
        extents.close();
    }

    @Test
    void shouldRefuseBeyondItsLimitAndGrantAgainAfterARelease() {
        Extents extents = new Extents(2L * Extent.BYTES, null);
        Extent one = extents.acquire();
        Extent two = extents.acquire();

        assertThat(extents.acquire()).isNull();
        assertThat(extents.acquire()).isNull();
        assertThat(extents.refusals()).isEqualTo(2);

        extents.release(one);
        Extent three = extents.acquire();
        assertThat(three).isNotNull();
        extents.release(two);
        extents.release(three);
        extents.close();
    }

    @Test
    void shouldKeepAllForTheNextOwnerWhereAsked() {
        Extents extents = Extents.keeping(2L * Extent.BYTES);
        Extent one = extents.acquire();
        Extent two = extents.acquire();
        extents.release(one);
        extents.release(two);
        assertThat(extents.liveBytes()).isZero();
        assertThat(extents.mappedBytes()).isEqualTo(2L * Extent.BYTES);

        assertThat(extents.acquire()).isIn(one, two);
        assertThat(extents.acquire()).isIn(one, two);
        assertThat(extents.acquire()).as("beyond the limit").isNull();
        extents.release(one);
        extents.release(two);
        extents.close();
        assertThat(extents.mappedBytes()).isZero();
    }

    @Test
    void shouldKeepOneSpareAheadAndNoMore() {
        Extents extents = new Extents(4L * Extent.BYTES, helped::add);
        Extent one = extents.acquire();
        runHelper();
        assertThat(extents.mappedBytes()).as("one out, one spare").isEqualTo(2L * Extent.BYTES);

        Extent two = extents.acquire();
        assertThat(extents.mappedBytes()).as("the spare was taken").isEqualTo(2L * Extent.BYTES);
        runHelper();

        extents.release(one);
        extents.release(two);
        runHelper();
        assertThat(extents.mappedBytes()).as("the spare alone").isEqualTo(Extent.BYTES);

        extents.close();
        runHelper();
        assertThat(extents.mappedBytes()).isZero();
    }

    @Test
    void shouldMapItselfRatherThanWaitForTheHelper() {
        Extents extents = new Extents(4L * Extent.BYTES, helped::add);
        Extent one = extents.acquire();
        Extent two = extents.acquire();
        assertThat(two).isNotNull();

        extents.release(one);
        extents.release(two);
        extents.close();
        runHelper();
        assertThat(extents.mappedBytes()).isZero();
    }

    @Test
    void shouldHandOutWhatStillWaitsToBeUnmappedBeforeItMapsAny() {
        Extents extents = new Extents(4L * Extent.BYTES, helped::add);
        Extent one = extents.acquire();
        runHelper();
        Extent two = extents.acquire();
        runHelper();
        Extent three = extents.acquire();
        runHelper();
        extents.release(one);
        extents.release(two);
        assertThat(extents.mappedBytes())
                .as("a spare, and two that leave")
                .isEqualTo(4L * Extent.BYTES);

        Extent spare = extents.acquire();
        Extent left = extents.acquire();
        assertThat(left).isIn(one, two);
        assertThat(extents.mappedBytes()).isEqualTo(4L * Extent.BYTES);
        runHelper();
        assertThat(extents.liveBytes()).isEqualTo(3L * Extent.BYTES);
        extents.release(spare);
        extents.release(left);
        extents.release(three);
        extents.close();
        runHelper();
        assertThat(extents.mappedBytes()).isZero();
    }

    @Test
    void shouldTakeBackWhatIsReleasedAfterClose() {
        Extents extents = new Extents(4L * Extent.BYTES, null);
        Extent late = extents.acquire();
        extents.close();
        assertThatThrownBy(extents::acquire).isInstanceOf(IllegalStateException.class);

        extents.release(late);
        assertThat(extents.mappedBytes()).isZero();
        assertThatThrownBy(() -> extents.release(late)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldLeaveUnmappingToTheHelperAndDoItWhereThatHasEnded() {
        boolean[] ended = {false};
        Extents extents =
                new Extents(
                        4L * Extent.BYTES,
                        task -> {
                            if (ended[0]) {
                                throw new RejectedExecutionException();
                            }
                            helped.add(task);
                        });
        Extent one = extents.acquire();
        Extent two = extents.acquire();
        Extent three = extents.acquire();
        runHelper();
        extents.release(one);
        assertThat(extents.mappedBytes()).as("not unmapped yet").isEqualTo(4L * Extent.BYTES);
        runHelper();
        assertThat(extents.mappedBytes()).isEqualTo(3L * Extent.BYTES);

        ended[0] = true;
        extents.release(two);
        assertThat(extents.mappedBytes()).isEqualTo(2L * Extent.BYTES);
        extents.release(three);
        extents.close();
        assertThat(extents.mappedBytes()).isZero();
    }

    @Test
    void shouldRefuseALimitBelowOneExtent() {
        assertThatThrownBy(() -> new Extents(Extent.BYTES - 1, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limitBytes: " + (Extent.BYTES - 1) + " (expected");
    }

    @Test
    void shouldGiveReadableAndWritableMemory() {
        Extents extents = new Extents(Extent.BYTES, null);
        Extent extent = extents.acquire();

        extent.memory().putLong(Extent.BYTES - 8, 42);
        assertThat(extent.slice(Extent.BYTES - 8, 8).getLong()).isEqualTo(42);
        assertThat(extent.memory().capacity()).isEqualTo(Extent.BYTES);

        extents.release(extent);
        extents.close();
    }

    /** As on a JVM that lets nobody free: what was released is what is taken next. */
    @Test
    void shouldUseExtentsAgainWhereTheyCannotBeGivenBack() {
        Extents extents =
                new Extents(
                        4L * Extent.BYTES,
                        helped::add,
                        false,
                        new NativeMemory.KeptBuffers(),
                        Extents.Rests.OF_THE_THREAD);
        for (int round = 0; round < 3; round++) {
            Extent[] taken = new Extent[3];
            for (int i = 0; i < taken.length; i++) {
                taken[i] = extents.acquire();
                runHelper();
            }
            for (Extent extent : taken) {
                extents.release(extent);
                runHelper();
            }
            assertThat(extents.liveBytes()).isZero();
            assertThat(extents.mappedBytes()).as("round " + round).isEqualTo(4L * Extent.BYTES);
        }
        assertThat(extents.pieces()).as("nobody frees, so none are given out").isNull();
        extents.close();
        assertThat(extents.mappedBytes()).isZero();
    }

    @Test
    void shouldCountPiecesWithTheExtents() {
        Extents extents = new Extents(2L * Extent.BYTES, null);
        Pieces pieces = extents.pieces();
        assertThat(pieces).as("the tests run with native access").isNotNull();
        Extent extent = extents.acquire();

        ByteBuffer piece = pieces.allocate(20_464);
        assertThat(piece.capacity()).isEqualTo(20_464);
        piece.putLong(20_456, 42);
        assertThat(piece.getLong(20_456)).isEqualTo(42);
        assertThat(extents.liveBytes()).isEqualTo(Extent.BYTES + 20_464);
        assertThat(extents.acquire()).as("beyond the limit by the piece").isNull();
        assertThat(pieces.allocate(Extent.BYTES)).isNull();
        assertThat(extents.refusals()).isEqualTo(2);
        assertThatThrownBy(() -> pieces.allocate(0)).hasMessageContaining("bytes: 0 (expected");

        pieces.free(piece);
        assertThat(extents.mappedBytes()).isEqualTo(Extent.BYTES);
        extents.release(extent);
        extents.close();
    }

    private void runHelper() {
        Runnable task;
        while ((task = helped.poll()) != null) {
            task.run();
        }
    }
}
