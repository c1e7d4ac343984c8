package io.replbuf.server;

import io.replbuf.keyspace.CommandSpec;
import io.replbuf.resp.Request;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which clients WATCH which keys. Costs nothing while nobody does. Command loop only. */
final class Watches {
    private final Map<Key, Set<Client>> watchers = new HashMap<>();

    /**
     * @param bytes compared by content
     */
    private record Key(int db, ByteBuffer bytes) {
        Key(int db, byte[] bytes) {
            this(db, ByteBuffer.wrap(bytes));
        }
    }

    boolean active() {
        return !watchers.isEmpty();
    }

    void watch(Client client, int db, byte[] key) {
        watchers.computeIfAbsent(new Key(db, key), absent -> new HashSet<>()).add(client);
        client.watching = true;
    }

    /** Forgets all keys of a client, and that one of them changed. */
    void unwatch(Client client) {
        if (client.watching) {
            client.watching = false;
            watchers.values().forEach(clients -> clients.remove(client));
            watchers.values().removeIf(Set::isEmpty);
        }
        client.watchedKeyChanged = false;
    }

    void touch(int db, byte[] key) {
        mark(watchers.get(new Key(db, key)));
    }

    /** Touches the keys that a command names; one that changes data and names none (FLUSHALL) touches every key. */
    void touchKeys(int db, CommandSpec spec, Request request) {
        if (spec.firstKey() == 0) {
            boolean oneDb = spec.name().equals("flushdb");
            watchers.forEach(
                    (key, clients) -> {
                        if (!oneDb || key.db() == db) {
                            mark(clients);
                        }
                    });
            return;
        }
        for (int i : keyPositions(spec, request.argc())) {
            touch(db, request.bytes(i));
        }
    }

    /** Which arguments of a command with {@code argc} arguments are keys. */
    static List<Integer> keyPositions(CommandSpec spec, int argc) {
        List<Integer> positions = new ArrayList<>();
        int last = spec.lastKey() < 0 ? argc + spec.lastKey() : spec.lastKey();
        for (int i = spec.firstKey(); i > 0 && i <= last && i < argc; i += spec.step()) {
            positions.add(i);
        }
        return positions;
    }

    private static void mark(Set<Client> clients) {
        if (clients != null) {
            clients.forEach(client -> client.watchedKeyChanged = true);
        }
    }
}
