package io.replbuf.primary;

import io.replbuf.fault.FaultText;
import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Full resyncs: who waits for a snapshot, when one begins, and how its bytes reach everybody who waits.
 *
 * <p>Log texts are Redis', though there is neither a pipe nor a child: scripts look for them.
 *
 * <p>Command loop only, but for the snapshot's own thread inside {@link SnapshotFanOut}. One snapshot at a time, shared by all
 * who wait when it begins; with the disk as target also by those who come while it runs, from the same offset.
 *
 * <p>Where replicas get only what the log has synced, an RDB is sent when the log has synced the offset it was cut at: it
 * contains all writes up to there. Until then its replicas wait, as before a snapshot. While the log is stopped, or has begun
 * anew and waits for its base, none begins, and those that wait are dropped: they ask again, rather than have a snapshot under
 * way for as long as the disk is full, and in the way of the base's.
 */
final class FullResyncs {
    private static final Logger LOG = LoggerFactory.getLogger(FullResyncs.class);

    /**
     * Every replica since Redis 5 reads version 9, and with strings alone nothing newer is needed; a 6.2 refuses 10.
     */
    private static final int RDB_VERSION = 9;

    /** What a full resync needs of the primary. */
    interface Host {
        PrimaryConfig config();

        /** Opens the session's cursor at {@code offset}; false if that is not covered any more. */
        boolean openCursor(ReplicaSession session, long offset);

        /** The snapshot begins: from here on the stream is kept, and its next command carries a SELECT. */
        long cut();

        Replid replid();

        int streamDb();

        /** Whether replicas may have all writes below {@code offset} by now. */
        boolean mayHave(long offset);

        /** Whether what they may not have yet will come by itself: no log that matters has stopped, or waits for a base. */
        boolean syncs();

        /** A monotonic clock. */
        long nowMillis();

        /** What the log has synced, by a number that moves with it; 0 without. */
        long syncedOffset();

        void startStream(ReplicaSession session);

        void drop(ReplicaSession session, String why);
    }

    private final Host host;
    private final SnapshotService snapshots;
    private final List<ReplicaSession> waiting = new ArrayList<>();
    private SnapshotService.Running running;
    private SnapshotFanOut fanOut;
    private String delimiter;
    private List<ReplicaSession> fileReceivers;
    private long cutOffset;
    private long cutMillis;

    /** Finished files that wait for the log. */
    private final List<HeldFile> held = new ArrayList<>();

    /** Open, since the next snapshot replaces the file of that name. */
    private record HeldFile(ReplicaSession session, FileChannel rdb, long cutOffset) {}

    FullResyncs(Host host, SnapshotService snapshots) {
        this.host = host;
        this.snapshots = snapshots;
    }

    /** A replica needs a snapshot. */
    void request(ReplicaSession session, long nowMillis) {
        session.enter(ReplicaSession.State.WAIT_SNAPSHOT, nowMillis);
        session.waitingSinceMillis = nowMillis;
        if (fileReceivers != null
                && !running.aborted()
                && !session.legacySync
                && keepFrom(session)) {
            LOG.info(
                    "Waiting for end of BGSAVE for SYNC: replica {} joins the one under way",
                    session.address());
            fileReceivers.add(session);
            announce(session);
            return;
        }
        waiting.add(session);
        if (!host.syncs()) {
            LOG.warn(
                    "BGSAVE for SYNC waits until the stream log is written again: replica {}",
                    session.address());
        }
        start(nowMillis);
    }

    /** Ten times a second: starts and sends what has waited long enough, keeps the waiting ones' links alive. */
    void cron(long nowMillis, boolean oncePerSecond) {
        start(nowMillis);
        sendSynced();
        if (oncePerSecond) {
            // Replicas take an empty line before the RDB as a sign of life.
            waiting.forEach(session -> session.send("\n"));
            if (fileReceivers != null) {
                fileReceivers.forEach(session -> session.send("\n"));
            }
            if (fanOut != null && !fanOut.begun()) {
                fanOut.members().forEach(session -> session.send("\n"));
            }
            held.forEach(file -> file.session.send("\n"));
        }
    }

    /**
     * What a session waits for, by a number that moves with it: the snapshot under way, whomever it is for; the log's sync; the delay
     * before the next one begins, which is asked for and so is no standstill. A snapshot that stands still because a replica does not
     * take it costs that replica alone its link: it is timed by itself, and the others wait for its end.
     */
    long waited(ReplicaSession session) {
        boolean delayed = waiting.contains(session) && !snapshots.busy() && host.syncs();
        boolean heldUp = fanOut != null && fanOut.waitsForOtherThan(session);
        return delayed || heldUp ? host.nowMillis() : snapshots.progress() + host.syncedOffset();
    }

    /** The part of its snapshot that a session has been sent, as far as can be told, 0 to 1. */
    double part(ReplicaSession session) {
        return switch (session.state()) {
            case TRANSFER_FILE -> session.filePart();
            case WAIT_SNAPSHOT, TRANSFER -> snapshots.part();
            case WAIT_ACK, ONLINE, CLOSED -> 1;
        };
    }

    /** Opens its cursor where the RDB begins, unless nothing is to follow the RDB. */
    private boolean keepFrom(ReplicaSession session) {
        return session.handshake.rdbOnly || host.openCursor(session, cutOffset);
    }

    /** A replica ended; the snapshot that only it waited for ends too, unless its file is wanted for itself. */
    void left(ReplicaSession session) {
        waiting.remove(session);
        for (HeldFile file : List.copyOf(held)) {
            if (file.session == session) {
                held.remove(file);
                closeQuietly(file.rdb);
            }
        }
        if (fileReceivers != null
                && fileReceivers.remove(session)
                && fileReceivers.isEmpty()
                && !snapshots.keepsFiles()) {
            running.abort();
        }
        if (fanOut != null) {
            fanOut.leave(session);
            if (fanOut.isEmpty()) {
                LOG.warn("Diskless rdb transfer, last replica dropped, killing fork child.");
                fanOut.close();
                running.abort();
            }
        }
    }

    private void start(long nowMillis) {
        if (waiting.isEmpty() || running != null || snapshots.busy() || !host.syncs()) {
            return;
        }
        PrimaryConfig config = host.config();
        boolean diskless =
                config.diskless()
                        && waiting.stream().allMatch(s -> s.handshake.eof && !s.legacySync);
        if (diskless) {
            long waited = nowMillis - waiting.get(0).waitingSinceMillis;
            boolean enough =
                    config.disklessMaxReplicas() > 0
                            && waiting.size() >= config.disklessMaxReplicas();
            if (!enough && waited < config.disklessDelaySeconds() * 1000L) {
                return;
            }
        }
        List<ReplicaSession> group = new ArrayList<>(waiting);
        waiting.clear();
        LOG.info(
                "Starting BGSAVE for SYNC with target: {}, for {} replicas",
                diskless ? "replicas sockets" : "disk",
                group.size());
        cutOffset = host.cut();
        cutMillis = nowMillis;
        var aux =
                new SnapshotService.Aux(
                        host.streamDb(), host.replid(), RedisOffsets.toRedis(cutOffset));
        for (ReplicaSession session : group) {
            if (!keepFrom(session)) {
                throw new IllegalStateException(
                        "cut at " + cutOffset + " is not covered (expected: the next offset)");
            }
        }
        if (diskless) {
            startToSockets(group, aux);
        } else {
            startToFile(group, aux);
        }
    }

    private void startToSockets(List<ReplicaSession> group, SnapshotService.Aux aux) {
        delimiter = Replid.random().hex();
        fanOut = new SnapshotFanOut(group);
        group.forEach(this::announce);
        running = snapshots.toChannel(fanOut, RDB_VERSION, aux, this::socketsFinished);
        if (running == null) {
            socketsFinished(null, "the snapshot could not begin");
        } else {
            sendSynced();
        }
    }

    /** Sends what was held back and need not be any more, and drops those whose turn will not come. */
    private void sendSynced() {
        boolean inVain = !host.syncs();
        if (fanOut != null && !fanOut.begun()) {
            List<ReplicaSession> members = fanOut.members();
            if (host.mayHave(cutOffset)) {
                for (ReplicaSession session : members) {
                    session.enter(ReplicaSession.State.TRANSFER, host.nowMillis());
                    session.send("$EOF:" + delimiter + "\r\n");
                }
                fanOut.begin();
            } else if (inVain) {
                members.forEach(this::dropUnsynced);
            }
        }
        for (HeldFile file : List.copyOf(held)) {
            if (host.mayHave(file.cutOffset)) {
                held.remove(file);
                sendFile(file.session, file.rdb);
            } else if (inVain) {
                dropUnsynced(file.session);
            }
        }
    }

    private void dropUnsynced(ReplicaSession session) {
        host.drop(session, "SYNC failed. The stream log has stopped before the snapshot's offset");
    }

    private void socketsFinished(Path none, String error) {
        SnapshotFanOut ended = fanOut;
        fanOut = null;
        running = null;
        if (error != null) {
            ended.close();
            ended.members()
                    .forEach(
                            session ->
                                    host.drop(session, "Background RDB transfer failed: " + error));
            return;
        }
        LOG.warn(
                "Diskless rdb transfer, done reading from pipe, {} replicas still up.",
                ended.members().size());
        for (ReplicaSession session : ended.members()) {
            if (session.handshake.rdbOnly) {
                endAfterRdb(session, delimiter);
                continue;
            }
            session.send(delimiter);
            // The stream follows the replica's first ACK, so that it need not look for the
            // delimiter in it.
            session.enter(ReplicaSession.State.WAIT_ACK, host.nowMillis());
        }
    }

    private void startToFile(List<ReplicaSession> group, SnapshotService.Aux aux) {
        fileReceivers = group;
        group.forEach(this::announce);
        running = snapshots.toFile(RDB_VERSION, aux, this::fileFinished);
        if (running == null) {
            fileFinished(null, "the snapshot could not begin");
        }
    }

    private void fileFinished(Path file, String error) {
        List<ReplicaSession> receivers = fileReceivers;
        fileReceivers = null;
        running = null;
        for (ReplicaSession session : List.copyOf(receivers)) {
            if (error != null) {
                host.drop(session, "SYNC failed. BGSAVE failed: " + error);
                continue;
            }
            try {
                FileChannel rdb = FileChannel.open(file, StandardOpenOption.READ);
                held.add(new HeldFile(session, rdb, cutOffset));
            } catch (IOException e) {
                host.drop(
                        session,
                        "SYNC failed. Can't open the RDB file "
                                + file
                                + ": "
                                + FaultText.reason(e));
            }
        }
        sendSynced();
    }

    /** It asked for no more. */
    private void endAfterRdb(ReplicaSession session, String last) {
        LOG.info("RDB sent to {}, which asked for nothing else: closing", session.address());
        session.sendLast(last);
    }

    /** {@code $length}, the file, and once the socket has taken it, the stream. */
    private void sendFile(ReplicaSession session, FileChannel channel) {
        long length;
        try {
            length = channel.size();
        } catch (IOException e) {
            closeQuietly(channel);
            host.drop(session, "SYNC failed. Can't read the RDB file: " + FaultText.of(e));
            return;
        }
        session.enter(ReplicaSession.State.TRANSFER_FILE, host.nowMillis());
        session.send("$" + length + "\r\n");
        session.sendFile(channel, length, () -> fileSent(session));
    }

    private void fileSent(ReplicaSession session) {
        if (session.handshake.rdbOnly) {
            endAfterRdb(session, "");
        } else {
            host.startStream(session);
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug(
                    "An RDB file that no replica reads any more cannot be closed: {}",
                    FaultText.of(e));
        }
    }

    private void announce(ReplicaSession session) {
        session.snapshotOffset = cutOffset;
        session.cutMillis = cutMillis;
        if (!session.legacySync) {
            session.send(
                    "+FULLRESYNC "
                            + host.replid()
                            + " "
                            + RedisOffsets.toRedis(cutOffset)
                            + "\r\n");
        }
    }
}
