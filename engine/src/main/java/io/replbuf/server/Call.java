package io.replbuf.server;

import io.replbuf.keyspace.CommandContext;
import io.replbuf.keyspace.Effects;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;

/** One execution of a command: what the keyspace's commands see, and behind it what the server's own see. Reused. */
final class Call implements CommandContext {
    private final CommandLoop server;
    private Client client;
    private Request request;
    private CommandEntry entry;
    private long nowMillis;

    Call(CommandLoop server) {
        this.server = server;
    }

    Call of(Client client, Request request, CommandEntry entry, long nowMillis) {
        this.client = client;
        this.request = request;
        this.entry = entry;
        this.nowMillis = nowMillis;
        return this;
    }

    CommandLoop server() {
        return server;
    }

    Client client() {
        return client;
    }

    CommandEntry entry() {
        return entry;
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Reply reply() {
        return server.replies();
    }

    @Override
    public Effects effects() {
        return server.propagation();
    }

    @Override
    public Keyspace keyspace() {
        return server.keyspace();
    }

    @Override
    public int db() {
        return client.db;
    }

    @Override
    public long nowMillis() {
        return nowMillis;
    }
}
