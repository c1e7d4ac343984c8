package io.replbuf.server;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps writes back for a while: the first command of a client that would change data waits, and what the client has sent
 * behind it. Other commands run. Command loop only.
 */
final class Pause {
    private final CommandLoop server;
    private final List<Client> postponed = new ArrayList<>();
    private final Block block = postponed::remove;
    private boolean active;

    Pause(CommandLoop server) {
        this.server = server;
    }

    boolean active() {
        return active;
    }

    void begin() {
        active = true;
    }

    /** What was kept back runs. */
    void end() {
        active = false;
        for (Client client : postponed) {
            client.block = null;
            server.shares().add(client);
        }
        postponed.clear();
    }

    /** Whether the command is not to run now. */
    boolean holds(Client client, CommandEntry entry) {
        return active && (entry.write || client.multi != null && client.multi.writes(entry));
    }

    /** The client's present command is put back into its input, and runs when the pause is over. */
    void postpone(Client client) {
        client.block = block;
        postponed.add(client);
    }

    /** Whether the client's present command has been postponed. */
    boolean holds(Client client) {
        return client.block == block;
    }
}
