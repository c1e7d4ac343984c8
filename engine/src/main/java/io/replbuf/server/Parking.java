package io.replbuf.server;

import io.replbuf.log.FsyncPolicy;
import io.replbuf.log.LogListener;
import io.replbuf.log.LogPart;
import io.replbuf.log.StreamLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Durable writes without waiting for the disk: replies that acknowledge a write are parked with its offset until the log has
 * it safe, and so are the later replies of that client, in order.
 *
 * <pre>
 *   turn: SET ──▶ stream ──▶ log thread: write (, fsync) ──safe──▶ coalesced task ──▶ turn: parked replies leave
 *          └──▶ reply parked at the stream's offset                                  ▲
 *   turns in between: other clients are served ──────────────────────────────────────┘
 * </pre>
 *
 * What safe means is what Redis has done before it replies: under {@code appendfsync always} forced to the device; under
 * {@code appendonly yes} otherwise written to the file, which survives {@code kill -9} but no power cut. A log that only
 * serves replicas parks nothing.
 *
 * Per client there are two marks and no object per reply (see {@link Client#unpark}). Nobody else waits, and therein it is
 * weaker than Redis, whose loop does the writing before it sends anything at all: here a reader may see a write a moment
 * before it is safe. Who wrote it is never told too early.
 *
 * <p>If the log stops, what is parked will not be safe, and nothing can be said about it: those connections end without a
 * reply, as all would with a Redis, which exits then. The server goes on, and refuses writes while there is no log to take
 * them.
 *
 * <p>Command loop only, but for {@link #written} and {@link #synced}, which the log's threads call.
 */
final class Parking implements LogListener {
    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

    private final CommandLoop server;

    /** Null without a log: then nothing is ever parked. */
    private final StreamLog log;

    private final List<Client> parked = new ArrayList<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final Runnable check = this::check;

    /** Whether progress should be told to the command loop; set before the safe offset is looked at for the last time. */
    private volatile boolean waiting;

    /** Read by the log's threads, too; to them it only says which of their messages are of use. */
    private volatile boolean always;

    private boolean appendOnly;
    private String stoppedReason;

    Parking(CommandLoop server, StreamLog log) {
        this.server = server;
        this.log = log;
    }

    /** Directives may have changed; what is parked then leaves as the new policy has it. */
    void policy(FsyncPolicy policy, boolean appendOnlyIsOn) {
        always = log != null && policy == FsyncPolicy.ALWAYS;
        appendOnly = appendOnlyIsOn;
        if (log != null) {
            log.appendFsync(policy, appendOnlyIsOn);
        }
    }

    /** Whether the client's replies acknowledge something that is not safe yet. */
    boolean holdsBack(Client client) {
        return client.lastWriteOffset > safeOffset();
    }

    /** Whoever wrote below it may be told. */
    private long safeOffset() {
        if (log == null) {
            return Long.MAX_VALUE;
        }
        if (always) {
            return log.syncedOffset();
        }
        return appendOnly ? log.range().nextOffset() : Long.MAX_VALUE;
    }

    /** Its replies are parked. */
    void add(Client client) {
        parked.add(client);
    }

    /** Clients that wait for the log. */
    int count() {
        return parked.size();
    }

    /**
     * Why writes are refused, null if they are not. A log that nobody has asked to be durable may stop without that: it only
     * serves replicas then.
     */
    String refusal() {
        return always || appendOnly ? stoppedReason : null;
    }

    /** Commands of the client moved the stream to {@code nextOffset}. */
    void wrote(Client client, long nextOffset) {
        // With writes refused it was the deletion of an expired key: nobody is told of that.
        if (stoppedReason == null) {
            client.lastWriteOffset = nextOffset;
        }
    }

    /** At the end of a turn, and when the disk has more: sends what need not wait any more. */
    void settle() {
        if (parked.isEmpty()) {
            return;
        }
        waiting = true;
        if (stoppedReason != null) {
            closeAll();
        } else {
            long safe = safeOffset();
            parked.removeIf(client -> client.unpark(safe));
        }
        waiting = !parked.isEmpty();
    }

    /** Every 100 ms: writes are taken again once the log is. */
    void cron() {
        if (stoppedReason != null && recovered()) {
            LOG.info("The log is being written again: writes are accepted");
            stoppedReason = null;
        }
    }

    /** What is written now would be found again. */
    private boolean recovered() {
        if (!server.primary().logWriting()) {
            return false;
        }
        LogPart base = log.base();
        return !appendOnly || (base != null && base.nextOffset() >= log.range().startOffset());
    }

    @Override
    public void written(long writtenOffset) {
        if (!always) {
            progressed();
        }
    }

    @Override
    public void synced(long syncedOffset) {
        progressed();
    }

    private void progressed() {
        if (waiting && asked.compareAndSet(false, true)) {
            server.loop().execute(check);
        }
    }

    @Override
    public void rewriteWanted() {
        server.turn(server.rewrites()::schedule);
    }

    @Override
    public void stopped(String reason) {
        stoppedReason = reason;
        server.turn(this::settle);
    }

    private void check() {
        asked.set(false);
        server.turn(this::settle);
    }

    private void closeAll() {
        LOG.warn(
                "Closing {} clients whose writes are not on disk: the log has stopped ({})",
                parked.size(),
                stoppedReason);
        parked.forEach(Client::close);
        parked.clear();
    }
}
