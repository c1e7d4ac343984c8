package io.replbuf.server;

import io.replbuf.keyspace.CommandSpec;
import io.replbuf.keyspace.Keyspace;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which clients WATCH which keys. Costs nothing while no client does. Command loop only.
 *
 * <p>By Redis' rules a key changes when a command changes it, and when it expires between WATCH and EXEC. The deletion of a key
 * that had expired before WATCH is no change, nor is the emptying of a database that does not hold the key.
 */
final class Watches {
    private final Keyspace keyspace;
    private final Map<Key, Map<Client, Watch>> watchers = new HashMap<>();

    /**
     * @param bytes compared by content
     */
    private record Key(int db, ByteBuffer bytes) {
        Key(int db, byte[] bytes) {
            this(db, ByteBuffer.wrap(bytes));
        }

        byte[] array() {
            return bytes.array();
        }
    }

    private static final class Watch {
        /** The key was there when the client began to watch it, and had expired. */
        private boolean expired;

        Watch(boolean expired) {
            this.expired = expired;
        }
    }

    Watches(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    boolean active() {
        return !watchers.isEmpty();
    }

    /** A key that the client watches already stays as it is. */
    void watch(Client client, int db, byte[] key, long nowMillis) {
        watchers.computeIfAbsent(new Key(db, key), absent -> new HashMap<>())
                .computeIfAbsent(
                        client, absent -> new Watch(keyspace.isExpired(db, key, nowMillis)));
        client.watching = true;
    }

    /** Forgets all keys of a client, and that one of them changed. */
    void unwatch(Client client) {
        if (client.watching) {
            client.watching = false;
            watchers.values().forEach(clients -> clients.remove(client));
            watchers.values().removeIf(Map::isEmpty);
        }
        client.watchedKeyChanged = false;
    }

    /** A key has changed, or has gone. */
    void changed(int db, byte[] key) {
        Map<Client, Watch> clients = watchers.get(new Key(db, key));
        if (clients != null) {
            mark(clients, !keyspace.contains(db, key));
        }
    }

    /** All keys of a database are about to go. */
    void emptying(int db) {
        watchers.forEach(
                (key, clients) -> {
                    if (key.db() == db && keyspace.contains(db, key.array())) {
                        mark(clients, true);
                    }
                });
    }

    /** Whether a key that the client watches has expired since, whether or not it has been deleted. */
    boolean expiredSince(Client client, long nowMillis) {
        return client.watching
                && watchers.entrySet().stream()
                        .anyMatch(entry -> expiredSince(client, entry, nowMillis));
    }

    private boolean expiredSince(
            Client client, Map.Entry<Key, Map<Client, Watch>> entry, long nowMillis) {
        Watch watch = entry.getValue().get(client);
        Key key = entry.getKey();
        return watch != null
                && !watch.expired
                && keyspace.isExpired(key.db(), key.array(), nowMillis);
    }

    /**
     * @param gone whether the key is not there any more
     */
    private static void mark(Map<Client, Watch> clients, boolean gone) {
        clients.forEach(
                (client, watch) -> {
                    if (watch.expired && gone) {
                        watch.expired = false;
                    } else {
                        client.watchedKeyChanged = true;
                    }
                });
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
}
