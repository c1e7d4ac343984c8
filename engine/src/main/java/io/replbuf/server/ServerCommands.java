package io.replbuf.server;

import io.replbuf.keyspace.CommandSpec;
import io.replbuf.keyspace.KeyspaceCommands;

/** All commands of this server: the keyspace's and its own. */
final class ServerCommands {
    private ServerCommands() {}

    static CommandTable table() {
        CommandTable table = new CommandTable(null);
        for (CommandSpec spec : KeyspaceCommands.all()) {
            table.addKeyspaceCommand(spec);
        }
        ConnectionCommands.define(table);
        ClientCommands.define(table);
        TransactionCommands.define(table);
        ConfigCommands.define(table);
        AdminCommands.define(table);
        CommandCommands.define(table);
        ReplicationCommands.define(table);
        PersistenceCommands.define(table);
        DebugCommands.define(table);
        return table;
    }
}
