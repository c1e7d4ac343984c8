package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.replbuf.keyspace.Effects;
import io.replbuf.primary.Primary;
import io.replbuf.resp.Request;
import java.nio.charset.StandardCharsets;

/**
 * Turns what commands did into the replication stream. Command loop only.
 *
 * <p>A unit is a command or a whole EXEC; what SCAN and RANDOMKEY find expired is none, nor what the search for expired keys
 * finds. One effect of a unit enters the stream as it is; two or more are wrapped in MULTI
 * and EXEC, so that a replica never shows half of them. That is known only when the second comes, so the first is held
 * back until then or until the unit's end.
 *
 * <p>Verbatim effects that lie side by side in a client's input (a pipeline of writes) are joined and appended as one copy.
 * So whoever looks at the stream's offset, or lets the input go, calls {@link #flush} first.
 */
final class Propagation implements Effects {
    private static final byte[] DEL = "DEL".getBytes(StandardCharsets.US_ASCII);

    private Primary primary;
    private Watches watches;
    private Snapshots snapshots;

    /* The run of verbatim bytes not yet appended; null without. */
    private ByteBuf run;
    private int runStart;
    private int runEnd;
    private int runDb;

    /* The unit, and its first effect: arguments, or bytes of a buffer if those are null. */
    private boolean inUnit;
    private boolean inTransaction;
    private boolean held;
    private boolean wrapped;
    private int heldDb;
    private byte[][] heldArguments;
    private ByteBuf heldBytes;
    private int heldStart;
    private int heldEnd;

    /* The command under way. */
    private Request request;
    private int db;
    private boolean changed;
    private int changes;

    private long dirty;

    void attach(Primary primary, Watches watches, Snapshots snapshots) {
        this.primary = primary;
        this.watches = watches;
        this.snapshots = snapshots;
    }

    /** Changes since the last {@link #saved}, as {@code rdb_changes_since_last_save} counts them. */
    long dirty() {
        return dirty;
    }

    /** A snapshot holds all changes but those that came after it began. */
    void saved(long changesAtStart) {
        dirty -= Math.min(dirty, changesAtStart);
    }

    /**
     * @param apart outside of a transaction, each effect is a unit of its own
     */
    void beginCommand(Request request, int db, boolean apart) {
        this.request = request;
        this.db = db;
        inUnit = inTransaction || !apart;
        changed = false;
        changes = 1;
    }

    void endCommand() {
        if (changed) {
            changed = false;
            dirty += changes;
        }
        if (!inTransaction) {
            endUnit();
        }
    }

    /** The commands up to {@link #endTransaction} are one unit. */
    void beginTransaction() {
        inTransaction = true;
    }

    void endTransaction() {
        inTransaction = false;
        endUnit();
    }

    boolean inTransaction() {
        return inTransaction;
    }

    @Override
    public void changed(int changedDb, int argument) {
        if (watches.active()) {
            watches.changed(changedDb, request.bytes(argument));
        }
    }

    @Override
    public void emptyingAll() {
        snapshots.emptyingAll();
    }

    @Override
    public void emptying(int emptyingDb) {
        if (watches.active()) {
            watches.emptying(emptyingDb);
        }
    }

    @Override
    public void verbatim() {
        changed = true;
        if (!request.canonical()) {
            arguments(db, copyOf(request));
        } else if (!held && inUnit) {
            held = true;
            heldDb = db;
            heldArguments = null;
            heldBytes = request.buffer();
            heldStart = request.start();
            heldEnd = request.end();
        } else {
            wrap();
            join(request.buffer(), request.start(), request.end(), db);
        }
    }

    @Override
    public void rewritten(byte[]... arguments) {
        changed = true;
        arguments(db, arguments);
    }

    @Override
    public void expired(int expiredDb, byte[] key) {
        if (watches.active()) {
            watches.changed(expiredDb, key);
        }
        arguments(expiredDb, DEL, key);
    }

    @Override
    public void changes(int count) {
        changes = count;
    }

    /** Appends what is joined up; the stream's offset is that of all commands so far. */
    void flush() {
        if (run != null) {
            ByteBuf bytes = run;
            run = null;
            primary.append(runDb, bytes, runStart, runEnd - runStart);
        }
    }

    private void arguments(int argumentsDb, byte[]... arguments) {
        if (!inUnit) {
            flush();
            primary.append(argumentsDb, arguments);
        } else if (!held) {
            held = true;
            heldDb = argumentsDb;
            heldArguments = arguments;
        } else {
            wrap();
            flush();
            primary.append(argumentsDb, arguments);
        }
    }

    /** The unit has a second effect: opens the transaction in the stream and lets the first one go. */
    private void wrap() {
        if (!wrapped) {
            wrapped = true;
            flush();
            primary.beginTransaction(heldDb);
            release();
        }
    }

    private void endUnit() {
        if (held) {
            if (wrapped) {
                flush();
                primary.endTransaction(heldDb);
            } else {
                release();
            }
            held = false;
            wrapped = false;
            heldArguments = null;
            heldBytes = null;
        }
        inUnit = false;
    }

    private void release() {
        if (heldArguments == null) {
            join(heldBytes, heldStart, heldEnd, heldDb);
        } else {
            flush();
            primary.append(heldDb, heldArguments);
        }
    }

    private void join(ByteBuf bytes, int start, int end, int joinedDb) {
        if (run == bytes && runEnd == start && runDb == joinedDb) {
            runEnd = end;
            return;
        }
        flush();
        run = bytes;
        runStart = start;
        runEnd = end;
        runDb = joinedDb;
    }

    private static byte[][] copyOf(Request request) {
        byte[][] arguments = new byte[request.argc()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = request.bytes(i);
        }
        return arguments;
    }
}
