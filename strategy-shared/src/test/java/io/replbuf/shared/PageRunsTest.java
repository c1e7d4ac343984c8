package io.replbuf.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.buffer.Seeds;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PageRunsTest {
    private static final int PAGES = Extent.BYTES / PageRuns.PAGE_BYTES;

    private record Run(int run, int pages) {}

    /** Against a bit per page: no page twice, none lost, and extents follow what is in use. */
    @Test
    void shouldNeverGiveAPageTwice() {
        Seeds.each(
                1,
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    Extents extents = new Extents(3L * Extent.BYTES, null);
                    PageRuns runs = new PageRuns(extents);
                    BitSet used = new BitSet();
                    List<Run> live = new ArrayList<>();
                    int refused = 0;
                    long usedPages = 0;
                    for (int step = 0; step < 20_000; step++) {
                        // Rises and falls, so that it is full now and then and fragmented at all
                        // times.
                        if (live.isEmpty()
                                || random.nextInt(100) < (step / 5_000 % 2 == 0 ? 70 : 35)) {
                            int pages = 1 + random.nextInt(random.nextInt(50) == 0 ? 2_000 : 12);
                            int run = runs.allocate(pages);
                            if (run == PageRuns.NONE) {
                                refused++;
                                continue;
                            }
                            assertThat(run / PAGES).isEqualTo((run + pages - 1) / PAGES);
                            int taken = used.nextSetBit(run);
                            assertThat(taken < 0 || taken >= run + pages).isTrue();
                            used.set(run, run + pages);
                            usedPages += pages;
                            live.add(new Run(run, pages));
                        } else {
                            Run gone = live.remove(random.nextInt(live.size()));
                            runs.free(gone.run, gone.pages);
                            used.clear(gone.run, gone.run + gone.pages);
                            usedPages -= gone.pages;
                            assertThat(runs.isFree(gone.run)).isTrue();
                        }
                        assertThat(runs.usedBytes()).isEqualTo(usedPages * PageRuns.PAGE_BYTES);
                    }
                    assertThat(refused).as("was full, seed " + seed).isPositive();
                    live.forEach(run -> runs.free(run.run, run.pages));
                    assertThat(extents.liveBytes()).isZero();
                });
    }

    @Test
    void shouldPutABlockBehindTheOneBefore() {
        PageRuns runs = new PageRuns(new Extents(Extent.BYTES, null));
        int first = runs.allocate(5);
        assertThat(runs.allocate(5)).isEqualTo(first + 5);
        assertThat(runs.position(first + 5)).isEqualTo(5 * PageRuns.PAGE_BYTES);
        assertThat(runs.allocate(PAGES)).isEqualTo(PageRuns.NONE);
        runs.free(first, 5);
        assertThatThrownBy(() -> runs.free(first, 5))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected: in use");
    }

    /** As INFO of 7.0.15 says them: the root alone, a key, and keys that part in one byte or in two. */
    @Test
    void shouldCountTheNodesOfRedisTree() {
        assertThat(index()).isEqualTo(4);
        assertThat(index(1_288_000)).as("[8 bytes] leaf").isEqualTo(2 * 4 + 8);
        assertThat(index(0x010203, 0x020203))
                .as("[5] branch, twice [2] leaf")
                .isEqualTo((2 + 4) * 4 + 16);
        assertThat(index(0x01, 0x02, 0x03)).as("[7] branch, leaves").isEqualTo((2 + 3) * 4 + 24);
        assertThat(index(0x0101, 0x0102, 0x0201))
                .as("[6] branch, branch and two leaves, [1] leaf")
                .isEqualTo((2 + 1 + 2 + 2) * 4 + 24);
    }

    private static long index(long... keys) {
        return RedisIndex.bytes(n -> keys[(int) n], 0, keys.length);
    }
}
