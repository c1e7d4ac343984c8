package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.stream.StreamRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random operations on one thread, everything checked after each: the command loop and the cursors' loops take their steps
 * in an order that the seed chooses, sends being in the middle of a slice while all else goes on.
 */
final class RandomSteps {
    private static final int LOOPS = 3;
    private static final int MAX_REPLICAS = 6;
    private static final int MAX_SLICE = 40_000;

    /** A reader and the loop that it lives on; a loop sends for one of its readers at a time. */
    private record Replica(ModelReader reader, FakeLoop loop) {}

    private final BufferFixture fixture;
    private final ReplicationBuffer buffer;
    private final SplittableRandom random;
    private final BufferContractBase contract;
    private final List<FakeLoop> loops = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Replica> closing = new ArrayList<>();

    private long backlogBytes;

    /** What is below need not be kept for new cursors: skipped, forgotten or outgrown. */
    private long owedFrom;

    RandomSteps(BufferContractBase contract, BufferFixture fixture, long seed) {
        this.contract = contract;
        this.fixture = fixture;
        this.buffer = fixture.buffer();
        this.random = new SplittableRandom(seed);
        this.backlogBytes = contract.backlogBytes();
        this.owedFrom = buffer.nextOffset();
        for (int i = 0; i < LOOPS; i++) {
            loops.add(new FakeLoop());
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps && fixture.model().left(buffer.nextOffset()) > 200_000; i++) {
            step();
            check();
        }
        finish();
    }

    private void step() {
        int dice = random.nextInt(100);
        if (dice < 30) {
            feed();
        } else if (dice < 42) {
            buffer.turn(1 + random.nextInt(8));
        } else if (dice < 74) {
            send();
        } else if (dice < 80) {
            open();
        } else if (dice < 83) {
            openBeyondTheEdges();
        } else if (dice < 88) {
            closeOne();
        } else if (dice < 95) {
            runTasks(anyLoop());
        } else if (dice < 97) {
            resize();
        } else if (dice < 98) {
            drop();
        } else {
            skip();
        }
        contract.pump();
        closeThoseThatLostTheirPlace();
    }

    /** As their owner does. */
    private void closeThoseThatLostTheirPlace() {
        for (Replica replica : List.copyOf(replicas)) {
            if (contract.lostItsPlace(replica.reader())) {
                replicas.remove(replica);
                replica.reader().cursor().close();
                closing.add(replica);
            }
        }
    }

    private void feed() {
        int bytes =
                switch (random.nextInt(10)) {
                    case 0 -> 0;
                    case 1, 2 -> random.nextInt(60_000);
                    default -> 1 + random.nextInt(600);
                };
        fixture.feed(bytes);
    }

    /** Begins a send, or ends one: with all, some or none of the slice taken. */
    private void send() {
        Replica replica = anyReplica();
        if (replica == null) {
            return;
        }
        if (replica.reader().sending()) {
            endSends(replica.loop());
            return;
        }
        endSends(replica.loop());
        replica.reader().begin(1 + random.nextInt(MAX_SLICE));
        if (random.nextInt(4) > 0) {
            endSends(replica.loop());
        }
    }

    /** A loop that turns to something else has come back from its send. */
    private void endSends(FakeLoop loop) {
        for (List<Replica> some : List.of(replicas, closing)) {
            for (Replica replica : some) {
                if (replica.loop() == loop && replica.reader().sending()) {
                    int bytes = replica.reader().sendingBytes();
                    int taken = random.nextInt(3) == 0 ? random.nextInt(bytes + 1) : bytes;
                    replica.reader().finish(taken);
                }
            }
        }
    }

    private void runTasks(FakeLoop loop) {
        endSends(loop);
        loop.run();
    }

    private Replica anyReplica() {
        return replicas.isEmpty() ? null : replicas.get(random.nextInt(replicas.size()));
    }

    private FakeLoop anyLoop() {
        return loops.get(random.nextInt(LOOPS));
    }

    private void open() {
        if (replicas.size() == MAX_REPLICAS) {
            return;
        }
        StreamRange covered = buffer.coverage();
        long offset =
                switch (random.nextInt(4)) {
                    case 0 -> covered.startOffset();
                    case 1 -> covered.nextOffset();
                    default -> covered.startOffset() + random.nextLong(covered.bytes() + 1);
                };
        FakeLoop loop = anyLoop();
        ModelReader reader = fixture.open(offset, loop);
        assertThat(reader).as("cursor at " + offset + " of " + covered).isNotNull();
        replicas.add(new Replica(reader, loop));
    }

    private void openBeyondTheEdges() {
        StreamRange covered = buffer.coverage();
        FakeLoop loop = loops.get(0);
        assertThat(buffer.open(covered.nextOffset() + 1, CursorRole.REPLICA, loop)).isNull();
        assertThat(buffer.open(covered.startOffset() - 1, CursorRole.REPLICA, loop)).isNull();
    }

    /** Also in the middle of a slice: the memory must stay until the loop has run. */
    private void closeOne() {
        Replica replica = anyReplica();
        if (replica != null) {
            replicas.remove(replica);
            if (random.nextInt(3) == 0) {
                replica.reader().cursor().drop();
            } else {
                replica.reader().cursor().close();
            }
            closing.add(replica);
        }
    }

    private void resize() {
        outgrow();
        backlogBytes = 1 + random.nextLong(2 * contract.backlogBytes());
        buffer.resizeBacklog(backlogBytes);
        if (!contract.keepsContentOnResize()) {
            owedFrom = buffer.nextOffset();
        }
    }

    private void drop() {
        buffer.dropBacklog();
        owedFrom = buffer.nextOffset();
        long oldest = owedFrom;
        for (Replica replica : replicas) {
            oldest = Math.min(oldest, replica.reader().offset());
        }
        assertThat(buffer.coverage().startOffset()).isGreaterThanOrEqualTo(oldest);
    }

    private void skip() {
        int bytes = random.nextInt(1000);
        long before = buffer.nextOffset();
        if (!replicas.isEmpty()) {
            assertThat(catchState(() -> buffer.skip(bytes))).as("skip with open cursors").isTrue();
            return;
        }
        assertThat(buffer.skip(bytes)).isEqualTo(before + bytes);
        owedFrom = buffer.nextOffset();
        assertThat(buffer.coverage()).isEqualTo(new StreamRange(owedFrom, owedFrom));
    }

    private static boolean catchState(Runnable action) {
        try {
            action.run();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private void outgrow() {
        owedFrom = Math.max(owedFrom, buffer.nextOffset() - backlogBytes);
    }

    private void check() {
        outgrow();
        StreamRange covered = buffer.coverage();
        assertThat(covered.nextOffset()).isEqualTo(buffer.nextOffset());
        assertThat(covered.startOffset()).as("start of coverage").isLessThanOrEqualTo(owedFrom);
        // What a loop in the middle of a send reads must be there although its cursor is closed.
        closing.removeIf(replica -> replica.reader().cursor().released());
        closing.forEach(replica -> replica.reader().recheck());
        replicas.forEach(replica -> replica.reader().recheck());
        checkLedger();
    }

    private void checkLedger() {
        BufferStats stats = buffer.stats();
        assertThat(stats.retainedBytes())
                .as("retained bytes against the sum over live objects, " + stats)
                .isEqualTo(contract.liveBytes(buffer));
        assertThat(stats.uniquePayloadBytes()).as("unique").isEqualTo(contract.uniqueBytes(buffer));
        assertThat(fixture.account().bytes()).as("account").isEqualTo(stats.retainedBytes());
        assertThat(stats.cursors()).isEqualTo(replicas.size());
        long inFlight = 0;
        long oldest = buffer.nextOffset();
        boolean inLog = false;
        for (Replica replica : replicas) {
            ModelReader reader = replica.reader();
            inFlight += reader.sendingFromMemory();
            oldest = Math.min(oldest, reader.offset());
            inLog |= reader.cursor().inLog();
            assertThat(reader.cursor().pendingBytes())
                    .isEqualTo(buffer.nextOffset() - reader.offset());
        }
        for (Replica replica : closing) {
            inFlight += replica.reader().sendingFromMemory();
        }
        assertThat(stats.inFlightBytes()).as("in flight").isEqualTo(inFlight);
        if (!inLog) {
            assertThat(stats.pinnedBytes()).as("pinned").isEqualTo(buffer.nextOffset() - oldest);
        }
        assertThat(stats.mappedBytes()).isGreaterThanOrEqualTo(fixture.extents().liveBytes());
    }

    /** Lets every reader that is left come to the end, then closes all in the middle of their slices. */
    private void finish() {
        loops.forEach(this::runTasks);
        for (Replica replica : replicas) {
            contract.readToEnd(
                    fixture, replica.reader(), MAX_SLICE, () -> loops.forEach(FakeLoop::run));
        }
        fixture.feed(5_000);
        replicas.forEach(replica -> replica.reader().begin(MAX_SLICE));
        fixture.close();
        replicas.forEach(replica -> replica.reader().recheck());
        loops.forEach(this::runTasks);
    }
}
