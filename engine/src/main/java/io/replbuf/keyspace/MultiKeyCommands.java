package io.replbuf.keyspace;

import io.replbuf.resp.Request;

/** MSET, MSETNX, and commands that count the keys they are given. One instance a command table; command loop only. */
final class MultiKeyCommands {
    private final RefList made = new RefList();

    void mset(CommandContext context) {
        setAll(context, "mset");
        context.reply().simple("OK");
    }

    void msetnx(CommandContext context) {
        checkPairs(context.request(), "msetnx");
        for (int i = 1; i < context.request().argc(); i += 2) {
            if (context.keyspace().write(context, i).exists()) {
                context.reply().integer(0);
                return;
            }
        }
        setAll(context, "msetnx");
        context.reply().integer(1);
    }

    void del(CommandContext context) {
        int deleted = 0;
        for (int i = 1; i < context.request().argc(); i++) {
            Place place = context.keyspace().write(context, i);
            if (place.exists()) {
                place.remove();
                context.effects().changed(context.db(), i);
                deleted++;
            }
        }
        if (deleted > 0) {
            context.effects().verbatim();
            context.effects().changes(deleted);
        }
        context.reply().integer(deleted);
    }

    /** EXISTS and TOUCH. */
    void count(CommandContext context) {
        int found = 0;
        for (int i = 1; i < context.request().argc(); i++) {
            found += context.keyspace().read(context, i).exists() ? 1 : 0;
        }
        context.reply().integer(found);
    }

    /** All records are made before the first is put, so that all are put or none. */
    private void setAll(CommandContext context, String command) {
        Request request = context.request();
        checkPairs(request, command);
        made.clear();
        try {
            for (int i = 1; i < request.argc(); i += 2) {
                made.add(Values.make(context, i, i + 1, -1));
            }
        } catch (KeyspaceFullException | CommandException e) {
            while (!made.isEmpty()) {
                context.keyspace().records().free(made.pop());
            }
            throw e;
        }
        for (int i = 0; i < made.size(); i++) {
            context.keyspace().write(context, 1 + 2 * i).install(made.get(i));
            context.effects().changed(context.db(), 1 + 2 * i);
        }
        context.effects().verbatim();
        context.effects().changes(made.size());
    }

    private static void checkPairs(Request request, String command) {
        if (request.argc() % 2 == 0) {
            throw new CommandException(
                    "ERR wrong number of arguments for '" + command + "' command");
        }
    }
}
