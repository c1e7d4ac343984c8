package io.replbuf.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.replbuf.stream.StreamRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Random operations while the cursors are read on threads of their own: what is shared is really shared here, and the
 * readers compare every byte before and after their "send".
 */
final class RandomThreads {
    private static final int MAX_SLICE = 60_000;
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final BufferFixture fixture;
    private final ReplicationBuffer buffer;
    private final SplittableRandom random;
    private final BufferContractBase contract;
    private final List<LoopThread> loops = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();

    /** A reader on its loop; the pace is a share of polls in which it sends. */
    private static final class Replica {
        final ModelReader reader;
        final SplittableRandom random;
        volatile int pacePercent;

        Replica(ModelReader reader, SplittableRandom random, int pacePercent) {
            this.reader = reader;
            this.random = random;
            this.pacePercent = pacePercent;
        }

        boolean poll() {
            if (reader.cursor().released()) {
                return false;
            }
            if (random.nextInt(100) < pacePercent) {
                int available = reader.begin(1 + random.nextInt(MAX_SLICE));
                if (available > 0) {
                    for (int spins = random.nextInt(200); spins > 0; spins--) {
                        Thread.onSpinWait();
                    }
                    reader.finish(
                            random.nextInt(4) == 0 ? random.nextInt(available + 1) : available);
                }
            }
            return true;
        }
    }

    RandomThreads(BufferContractBase contract, BufferFixture fixture, long seed, int loops) {
        this.contract = contract;
        this.fixture = fixture;
        this.buffer = fixture.buffer();
        this.random = new SplittableRandom(seed);
        for (int i = 0; i < loops; i++) {
            this.loops.add(new LoopThread("loop-" + i));
        }
    }

    void run(int steps) throws InterruptedException {
        try {
            for (int i = 0; i < steps && fixture.model().left(buffer.nextOffset()) > 200_000; i++) {
                step();
            }
            catchUp();
            checkAccount();
            fixture.close();
            awaitReleased();
        } finally {
            fixture.close();
            for (LoopThread loop : loops) {
                loop.end();
            }
        }
    }

    private void step() {
        int dice = random.nextInt(1000);
        if (dice < 800) {
            fixture.feed(random.nextInt(20) == 0 ? random.nextInt(40_000) : random.nextInt(1_500));
        } else if (dice < 900) {
            open();
        } else if (dice < 940) {
            closeOne();
        } else if (dice < 980 && !replicas.isEmpty()) {
            replicas.get(random.nextInt(replicas.size())).pacePercent = random.nextInt(101);
        } else if (dice < 985) {
            buffer.resizeBacklog(1 + random.nextLong(2 * contract.backlogBytes()));
        } else if (dice < 990) {
            buffer.dropBacklog();
        }
        buffer.turn(1 + random.nextInt(8));
        contract.pump();
        if (random.nextInt(10) == 0) {
            loops.forEach(LoopThread::check);
            checkAccount();
            // Lets the readers come near the end, where feeding and reading meet.
            LockSupport.parkNanos(random.nextInt(200_000));
        }
    }

    private void open() {
        if (replicas.size() >= 8) {
            return;
        }
        StreamRange covered = buffer.coverage();
        LoopThread loop = loops.get(random.nextInt(loops.size()));
        ModelReader reader =
                fixture.open(covered.startOffset() + random.nextLong(covered.bytes() + 1), loop);
        assertThat(reader).as("cursor within " + covered).isNotNull();
        Replica replica = new Replica(reader, random.split(), random.nextInt(101));
        replicas.add(replica);
        loop.poll(replica::poll);
    }

    private void closeOne() {
        if (!replicas.isEmpty()) {
            ReplicaCursor cursor = replicas.remove(random.nextInt(replicas.size())).reader.cursor();
            if (random.nextInt(3) == 0) {
                cursor.drop();
            } else {
                cursor.close();
            }
        }
    }

    private void catchUp() {
        replicas.forEach(replica -> replica.pacePercent = 100);
        long end = buffer.nextOffset();
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        for (Replica replica : replicas) {
            while (replica.reader.cursor().offset() != end
                    && !contract.lostItsPlace(replica.reader)) {
                loops.forEach(LoopThread::check);
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(
                            "reader at "
                                    + replica.reader.cursor().offset()
                                    + " (expected: "
                                    + end
                                    + " within a minute)");
                }
                buffer.turn(8);
                contract.pump();
                LockSupport.parkNanos(50_000);
            }
        }
        fixture.turnUntilDone();
    }

    private void checkAccount() {
        assertThat(fixture.account().bytes())
                .as("account against the sum over live objects")
                .isEqualTo(contract.liveBytes(buffer));
        assertThat(buffer.stats().cursors()).isEqualTo(replicas.size());
    }

    private void awaitReleased() {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!fixture.allReleased() || fixture.extents().liveBytes() > 0) {
            loops.forEach(LoopThread::check);
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "cursors released: "
                                + fixture.allReleased()
                                + ", extents: "
                                + fixture.extents().liveBytes()
                                + " (expected: all and 0 within a minute)");
            }
            LockSupport.parkNanos(50_000);
        }
    }
}
