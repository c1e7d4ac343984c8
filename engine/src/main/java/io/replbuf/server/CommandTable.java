package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.replbuf.keyspace.CommandSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Finds a command by the bytes of its name, in any case, without making a String of them.
 *
 * <p>Open addressing over a power of two at most half full. Filled at start; entries are found by any thread, and counted in by the command loop only.
 */
final class CommandTable {
    private byte[][] names = new byte[16][];
    private CommandEntry[] entries = new CommandEntry[16];
    private final List<CommandEntry> all = new ArrayList<>();
    private final String parent;

    /**
     * @param parent the command that these are subcommands of, null for the table of all commands
     */
    CommandTable(String parent) {
        this.parent = parent;
    }

    /** A command of the keyspace. */
    void addKeyspaceCommand(CommandSpec spec) {
        add(new CommandEntry(spec, parent, null, true));
    }

    /**
     * A command of the server.
     *
     * @param subcommands null if the first argument chooses nothing
     */
    void add(CommandSpec spec, CommandTable subcommands) {
        add(new CommandEntry(spec, parent, subcommands, false));
    }

    private void add(CommandEntry entry) {
        CommandSpec spec = entry.spec;
        if (find(spec.name()) != null) {
            throw new IllegalArgumentException(
                    "command: " + entry.fullName + " (expected: a new name)");
        }
        all.add(entry);
        if (all.size() * 2 > entries.length) {
            grow();
        } else {
            insert(entry);
        }
    }

    /** In the order in which they were added. */
    List<CommandEntry> all() {
        return Collections.unmodifiableList(all);
    }

    /** The command of that name, null without. */
    CommandEntry find(ByteBuf in, int position, int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + lower(in.getByte(position + i));
        }
        int mask = entries.length - 1;
        for (int slot = spread(hash) & mask; names[slot] != null; slot = slot + 1 & mask) {
            byte[] name = names[slot];
            if (name.length == length && same(name, in, position)) {
                return entries[slot];
            }
        }
        return null;
    }

    CommandEntry find(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        return find(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }

    private static boolean same(byte[] name, ByteBuf in, int position) {
        for (int i = 0; i < name.length; i++) {
            if (name[i] != lower(in.getByte(position + i))) {
                return false;
            }
        }
        return true;
    }

    private void grow() {
        names = new byte[entries.length * 2][];
        entries = new CommandEntry[names.length];
        all.forEach(this::insert);
    }

    private void insert(CommandEntry entry) {
        byte[] name = entry.spec.name().getBytes(StandardCharsets.ISO_8859_1);
        int hash = 0;
        for (byte c : name) {
            hash = hash * 31 + c;
        }
        int mask = entries.length - 1;
        int slot = spread(hash) & mask;
        while (names[slot] != null) {
            slot = slot + 1 & mask;
        }
        names[slot] = name;
        entries[slot] = entry;
    }

    private static int spread(int hash) {
        return hash ^ hash >>> 7;
    }

    private static byte lower(byte c) {
        return c >= 'A' && c <= 'Z' ? (byte) (c + 32) : c;
    }
}
