package io.replbuf.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordMemoryTest {
    private record Piece(int ref, int bytes, byte pattern) {}

    @Test
    void shouldRoundUpByAnEighthAtMost() {
        for (int bytes = 1; bytes <= 40_000; bytes++) {
            int sizeClass = SizeClasses.of(bytes);
            int capacity = SizeClasses.bytes(sizeClass);
            assertThat(capacity).isBetween(bytes, Math.max(bytes + 15, bytes + bytes / 8));
            assertThat(capacity % SizeClasses.GRANULE).isZero();
            assertThat(SizeClasses.of(capacity)).isEqualTo(sizeClass);
            assertThat(SizeClasses.of(capacity + 1)).isEqualTo(sizeClass + 1);
        }
    }

    @Test
    void shouldKeepPiecesApartAndGiveAllBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Account account = new Accountant().account(Owner.KEYSPACE);
        try (Extents extents = new Extents(1L << 30, null)) {
            RecordMemory memory = new RecordMemory(extents, account);
            List<Piece> pieces = new ArrayList<>();
            for (int i = 0; i < 30_000; i++) {
                if (random.nextInt(5) < 3) {
                    pieces.add(take(memory, random));
                } else if (!pieces.isEmpty()) {
                    give(memory, pieces, random.nextInt(pieces.size()), seed);
                }
            }
            long charged = 0;
            for (Piece piece : pieces) {
                assertThat(memory.capacity(piece.ref))
                        .isEqualTo(RecordMemory.capacityFor(piece.bytes));
                charged += memory.capacity(piece.ref);
            }
            assertThat(account.bytes()).isEqualTo(charged).isEqualTo(memory.allocatedBytes());
            while (!pieces.isEmpty()) {
                give(memory, pieces, random.nextInt(pieces.size()), seed);
            }
            assertThat(account.bytes()).isZero();
            assertThat(extents.liveBytes()).isLessThanOrEqualTo(Extent.BYTES);
            memory.reset();
            assertThat(extents.liveBytes()).isZero();
        }
    }

    @Test
    void shouldSayWhenThereIsNoExtent() {
        Account account = new Accountant().account(Owner.KEYSPACE);
        try (Extents extents = new Extents(Extent.BYTES, null)) {
            RecordMemory memory = new RecordMemory(extents, account);
            int whole = memory.allocate(Extent.BYTES);
            assertThatThrownBy(() -> memory.allocate(1)).isInstanceOf(KeyspaceFullException.class);
            memory.free(whole);
            memory.allocate(1);
            memory.reset();
        }
    }

    private static Piece take(RecordMemory memory, Random random) {
        int bytes =
                4 + random.nextInt(1 << (2 + random.nextInt(random.nextInt(50) == 0 ? 19 : 12)));
        Piece piece = new Piece(memory.allocate(bytes), bytes, (byte) random.nextInt());
        ByteBuffer view = memory.view(piece.ref, 0, bytes);
        while (view.hasRemaining()) {
            view.put(piece.pattern);
        }
        return piece;
    }

    private static void give(RecordMemory memory, List<Piece> pieces, int i, long seed) {
        Piece piece = pieces.set(i, pieces.get(pieces.size() - 1));
        pieces.remove(pieces.size() - 1);
        ByteBuffer view = memory.view(piece.ref, 0, piece.bytes);
        while (view.hasRemaining()) {
            assertThat(view.get()).as("seed %dL", seed).isEqualTo(piece.pattern);
        }
        memory.free(piece.ref);
    }
}
