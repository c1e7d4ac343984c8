package io.replbuf.harness.simulation;

import io.replbuf.buffer.BufferStats;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.FileSlice;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.stream.StreamRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * What must hold after every step.
 *
 * <ul>
 *   <li>I1, I3: what is covered can be read from any offset on, and is the stream (probes)
 *   <li>I2: no cursor is ahead of the stream, each is where its socket is
 *   <li>I4: no byte that a cursor has yet to read is lost (every byte sent is compared)
 *   <li>I5: the offset never goes back within a history
 *   <li>I6: nobody continues a history whose bytes it cannot have (see {@link SimulatedPrimary#connect})
 *   <li>the ledger: no negative number, and equal to the account
 *   <li>with a window of nothing: nobody is sent from memory what the log will have (see {@link Session})
 *   <li>with only what is synced: no cursor gives out a byte above the log's synced offset, and nobody has one; so nobody is ahead
 *       of a primary that starts from its log after a crash (see {@link World})
 *   <li>memory: within the model's bound ({@link MemoryBound})
 * </ul>
 */
final class Checks {
    private static final int PROBE_ONE_IN = 128;

    private final World world;
    private final SplittableRandom random;
    private final MemoryBound bound;
    private SimulatedPrimary seen;

    Checks(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
        this.bound = new MemoryBound(world.plan);
    }

    void afterStep() {
        SimulatedPrimary primary = world.primary();
        if (primary == null) {
            return;
        }
        if (primary != seen) {
            seen = primary;
            bound.begin();
        }
        primary.checkOffset();
        ReplicationBuffer buffer = primary.buffer();
        checkCoverage(primary, buffer);
        checkCursors(primary, buffer.nextOffset());
        checkLedger(primary, buffer);
        checkLog(primary);
        if (random.nextInt(PROBE_ONE_IN) == 0) {
            probe(buffer);
        }
    }

    private static void checkCoverage(SimulatedPrimary primary, ReplicationBuffer buffer) {
        StreamRange covered = buffer.coverage();
        Violation.unless(
                covered.nextOffset() == buffer.nextOffset(),
                "end of coverage",
                covered.nextOffset(),
                "=",
                buffer.nextOffset());
        Violation.unless(
                covered.startOffset() <= primary.owedFrom(),
                "start of coverage",
                covered.startOffset(),
                "<=",
                primary.owedFrom());
    }

    private static void checkCursors(SimulatedPrimary primary, long next) {
        long sendable = primary.sendable();
        for (Session session : primary.sessions()) {
            ReplicaCursor cursor = session.cursor;
            long offset = cursor.offset();
            if (offset != session.sentOffset()
                    || offset > next
                    || cursor.pendingBytes() != Math.max(sendable - offset, 0)) {
                throw new Violation(
                        "cursor of "
                                + session.follower
                                + " is at "
                                + offset
                                + " with "
                                + cursor.pendingBytes()
                                + " bytes pending (expected: at "
                                + session.sentOffset()
                                + ", which its socket took, and the rest to "
                                + sendable
                                + " of "
                                + next
                                + ")");
            }
        }
    }

    private void checkLedger(SimulatedPrimary primary, ReplicationBuffer buffer) {
        BufferStats stats = buffer.stats();
        long least =
                Math.min(
                        Math.min(stats.uniquePayloadBytes(), stats.duplicatedPayloadBytes()),
                        Math.min(
                                Math.min(stats.metadataBytes(), stats.slackBytes()),
                                Math.min(
                                        Math.min(stats.retiredBytes(), stats.pinnedBytes()),
                                        Math.min(stats.inFlightBytes(), stats.backlogBytes()))));
        if (least < 0 || stats.retainedBytes() != primary.accountBytes()) {
            throw new Violation(
                    "ledger: "
                            + stats
                            + " retains "
                            + stats.retainedBytes()
                            + " (expected: no negative number, and the account's "
                            + primary.accountBytes()
                            + ")");
        }
        Violation.unless(
                stats.cursors() >= primary.sessions().size()
                        && stats.cursors() <= primary.sessions().size() + 1,
                "open cursors",
                stats.cursors(),
                "= sessions, perhaps one for the log,",
                primary.sessions().size());
        bound.check(primary, stats, world.counts);
    }

    private static void checkLog(SimulatedPrimary primary) {
        String reason = primary.log() == null ? null : primary.log().stoppedReason();
        if (reason != null && !reason.contains("simulated") && !reason.contains("bytes behind")) {
            throw new Violation("the log has stopped: " + reason);
        }
    }

    /** Opens a cursor anywhere, reads a little and closes it. */
    private void probe(ReplicationBuffer buffer) {
        StreamRange covered = buffer.coverage();
        long offset = covered.startOffset() + random.nextLong(covered.bytes() + 1);
        long refusals = world.refusals();
        ReplicaCursor cursor = buffer.open(offset, CursorRole.REPLICA, world.loops.get(0));
        if (cursor == null && world.refusals() != refusals) {
            // Legacy copies what a new cursor lacks, and there was no memory for that.
            return;
        }
        if (cursor == null) {
            throw new Violation("no cursor at " + offset + " (expected: one, " + covered + ")");
        }
        world.counts.probes++;
        boolean more = true;
        for (int i = 0; i < 3 && more; i++) {
            more = probeOnce(cursor);
        }
        cursor.close();
    }

    private boolean probeOnce(ReplicaCursor cursor) {
        long offset = cursor.offset();
        ByteBuffer memory = cursor.next(8192);
        if (memory != null) {
            verify(offset, memory);
            cursor.advance(memory.remaining());
            return true;
        }
        try (FileSlice file = cursor.nextFile(8192)) {
            if (file == null) {
                return false;
            }
            ByteBuffer bytes = world.scratch(file.count());
            while (bytes.hasRemaining()) {
                if (file.channel().read(bytes, file.position() + bytes.position()) < 0) {
                    throw new Violation("file slice at " + offset + " is short");
                }
            }
            verify(offset, bytes.flip());
            cursor.advance(bytes.limit());
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("a leased file cannot be read", e);
        }
    }

    private void verify(long offset, ByteBuffer bytes) {
        world.primary().checkMayHave("a probe", offset + bytes.remaining());
        long differs = world.model.mismatch(offset, bytes);
        if (differs >= 0) {
            throw new Violation("a probe read a wrong byte at " + differs);
        }
    }
}
