package io.replbuf.server;

import io.netty.buffer.Unpooled;
import io.replbuf.keyspace.CommandContext;
import io.replbuf.keyspace.Effects;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespWriter;

/**
 * Executes commands that the stream has already, while a log is loaded.
 *
 * <p>They run for a client without a connection: its replies are dropped, its effects go nowhere, since the stream has them, and
 * for it no key ever expires, since the stream has those deletions, too. Command loop.
 */
final class Replay implements CommandContext, Effects {
    /** Before every expiry: see above. */
    static final long NOTHING_EXPIRES = 0;

    private final Keyspace keyspace;
    private final Request request;
    private final RespWriter replies = new RespWriter(error -> failure = error);
    private String failure;
    private int db;

    /**
     * @param request what the commands see; the caller decodes into it
     */
    Replay(Keyspace keyspace, Request request) {
        this.keyspace = keyspace;
        this.request = request;
        replies.to(Unpooled.EMPTY_BUFFER, 2);
        replies.mute(true);
    }

    void select(int selected) {
        db = selected;
    }

    /**
     * Executes the request.
     *
     * @param entry the request's command
     * @return null, or why it failed
     */
    String execute(CommandEntry entry) {
        // MULTI and EXEC: all of it is there. PING, REPLCONF GETACK: the stream's, not the data
        // set's.
        failure = null;
        if (entry.fromKeyspace) {
            failure = entry.spec.accepts(request.argc()) ? null : "wrong number of arguments";
            if (failure == null) {
                entry.spec.command().execute(this);
            }
        } else if (request.is(0, "SELECT")) {
            failure = select() ? null : "ERR DB index is out of range";
        }
        return failure;
    }

    private boolean select() {
        Long number = request.argc() == 2 ? Arguments.integer(request, 1) : null;
        if (number == null || number < 0 || number >= keyspace.databases()) {
            return false;
        }
        db = number.intValue();
        return true;
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Reply reply() {
        return replies;
    }

    @Override
    public Effects effects() {
        return this;
    }

    @Override
    public Keyspace keyspace() {
        return keyspace;
    }

    @Override
    public int db() {
        return db;
    }

    @Override
    public long nowMillis() {
        return NOTHING_EXPIRES;
    }

    @Override
    public void changed(int changedDb, int argument) {
        // No client watches yet.
    }

    @Override
    public void emptyingAll() {
        // No snapshot is made while a data set loads.
    }

    @Override
    public void emptying(int emptyingDb) {
        // As above.
    }

    @Override
    public void verbatim() {
        // The stream has it.
    }

    @Override
    public void rewritten(byte[]... arguments) {
        // What was rewritten once does not come up again; a command that would be is not in the
        // stream.
    }

    @Override
    public void expired(int expiredDb, byte[] key) {
        throw new IllegalStateException("a key expires before all time");
    }

    @Override
    public void changes(int count) {
        // Nothing has changed since the last save: it is all on disk.
    }
}
