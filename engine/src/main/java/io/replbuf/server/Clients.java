package io.replbuf.server;

import io.replbuf.memory.Account;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All connections: ordinary clients, and the ones that became replicas. Command loop only. */
final class Clients {
    private final Map<Long, Client> ordinary = new LinkedHashMap<>();
    private final Map<Long, Client> replicas = new LinkedHashMap<>();
    private final List<Client> touched = new ArrayList<>();
    private final List<Client> flushing = new ArrayList<>();
    private final Account account;
    private long nextId = 1;
    private long chargedBytes;

    Clients(Account account) {
        this.account = account;
    }

    Account account() {
        return account;
    }

    long nextId() {
        return nextId++;
    }

    void add(Client client) {
        ordinary.put(client.id, client);
        account.add(Client.BASE_BYTES);
    }

    void remove(Client client) {
        if (ordinary.remove(client.id) != null) {
            account.add(-Client.BASE_BYTES);
        }
    }

    void becameReplica(Client client) {
        ordinary.remove(client.id);
        replicas.put(client.id, client);
    }

    void replicaGone(Client client) {
        if (replicas.remove(client.id) != null) {
            account.add(-Client.BASE_BYTES);
        }
    }

    int ordinaryCount() {
        return ordinary.size();
    }

    int count() {
        return ordinary.size() + replicas.size();
    }

    Collection<Client> ordinary() {
        return Collections.unmodifiableCollection(ordinary.values());
    }

    /** A copy, for loops that close some. */
    List<Client> ordinaryNow() {
        return new ArrayList<>(ordinary.values());
    }

    Client replica(long id) {
        return replicas.get(id);
    }

    List<Client> replicasNow() {
        return new ArrayList<>(replicas.values());
    }

    /** The client has replies to flush at the end of the turn. */
    void touched(Client client) {
        touched.add(client);
    }

    /** Sends the replies of this turn. A flush may close a client, which touches nobody. */
    void flush() {
        if (touched.isEmpty()) {
            return;
        }
        flushing.addAll(touched);
        touched.clear();
        for (int i = 0; i < flushing.size(); i++) {
            flushing.get(i).flush();
        }
        flushing.clear();
    }

    /**
     * Charges output that sockets have not taken. It changes with every send, so it is settled when somebody looks and by
     * cron; input buffers and connections are charged as they come and go.
     */
    void settleAccount() {
        long queued = 0;
        for (Client client : ordinary.values()) {
            queued += client.queuedBytes() + client.gatheredBytes();
            queued += client.multi == null ? 0 : client.multi.bytes().capacity();
        }
        account.add(queued - chargedBytes);
        chargedBytes = queued;
    }
}
