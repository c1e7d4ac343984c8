package io.replbuf.keyspace;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The commands on the data set, with what Redis 7.0 says of them in COMMAND and COMMAND DOCS. */
public final class KeyspaceCommands {
    /** Name, arity, flags, first key, last key, step, since, group, summary. */
    private static final String SPECS =
            """
            set | -3 | write,denyoom | 1 | 1 | 1 | 1.0.0 | string | Set the string value of a key
            get | 2 | readonly,fast | 1 | 1 | 1 | 1.0.0 | string | Get the value of a key
            getdel | 2 | write,fast | 1 | 1 | 1 | 6.2.0 | string | Get the value of a key and delete the key
            getex | -2 | write,fast | 1 | 1 | 1 | 6.2.0 | string | Get the value of a key and optionally set its expiration
            getset | 3 | write,denyoom,fast | 1 | 1 | 1 | 1.0.0 | string | Set the string value of a key and return its old value
            mget | -2 | readonly,fast | 1 | -1 | 1 | 1.0.0 | string | Get the values of all the given keys
            mset | -3 | write,denyoom | 1 | -1 | 2 | 1.0.1 | string | Set multiple keys to multiple values
            msetnx | -3 | write,denyoom | 1 | -1 | 2 | 1.0.1 | string | Set multiple keys to multiple values, only if none of the keys exist
            setnx | 3 | write,denyoom,fast | 1 | 1 | 1 | 1.0.0 | string | Set the value of a key, only if the key does not exist
            setex | 4 | write,denyoom | 1 | 1 | 1 | 2.0.0 | string | Set the value and expiration of a key
            psetex | 4 | write,denyoom | 1 | 1 | 1 | 2.6.0 | string | Set the value and expiration in milliseconds of a key
            append | 3 | write,denyoom,fast | 1 | 1 | 1 | 2.0.0 | string | Append a value to a key
            strlen | 2 | readonly,fast | 1 | 1 | 1 | 2.2.0 | string | Get the length of the value stored in a key
            incr | 2 | write,denyoom,fast | 1 | 1 | 1 | 1.0.0 | string | Increment the integer value of a key by one
            decr | 2 | write,denyoom,fast | 1 | 1 | 1 | 1.0.0 | string | Decrement the integer value of a key by one
            incrby | 3 | write,denyoom,fast | 1 | 1 | 1 | 1.0.0 | string | Increment the integer value of a key by the given amount
            decrby | 3 | write,denyoom,fast | 1 | 1 | 1 | 1.0.0 | string | Decrement the integer value of a key by the given number
            incrbyfloat | 3 | write,denyoom,fast | 1 | 1 | 1 | 2.6.0 | string | Increment the float value of a key by the given amount
            getrange | 4 | readonly | 1 | 1 | 1 | 2.4.0 | string | Get a substring of the string stored at a key
            substr | 4 | readonly | 1 | 1 | 1 | 1.0.0 | string | Get a substring of the string stored at a key
            setrange | 4 | write,denyoom | 1 | 1 | 1 | 2.2.0 | string | Overwrite part of a string at key starting at the specified offset
            del | -2 | write | 1 | -1 | 1 | 1.0.0 | generic | Delete a key
            unlink | -2 | write,fast | 1 | -1 | 1 | 4.0.0 | generic | Delete a key asynchronously in another thread. Otherwise it is just as DEL, but non blocking.
            exists | -2 | readonly,fast | 1 | -1 | 1 | 1.0.0 | generic | Determine if a key exists
            type | 2 | readonly,fast | 1 | 1 | 1 | 1.0.0 | generic | Determine the type stored at key
            rename | 3 | write | 1 | 2 | 1 | 1.0.0 | generic | Rename a key
            renamenx | 3 | write,fast | 1 | 2 | 1 | 1.0.0 | generic | Rename a key, only if the new key does not exist
            keys | 2 | readonly | 0 | 0 | 0 | 1.0.0 | generic | Find all keys matching the given pattern
            scan | -2 | readonly,touches_arbitrary_keys | 0 | 0 | 0 | 2.8.0 | generic | Incrementally iterate the keys space
            randomkey | 1 | readonly,touches_arbitrary_keys | 0 | 0 | 0 | 1.0.0 | generic | Return a random key from the keyspace
            dbsize | 1 | readonly,fast | 0 | 0 | 0 | 1.0.0 | server | Return the number of keys in the selected database
            flushdb | -1 | write | 0 | 0 | 0 | 1.0.0 | server | Remove all keys from the current database
            flushall | -1 | write | 0 | 0 | 0 | 1.0.0 | server | Remove all keys from all databases
            expire | -3 | write,fast | 1 | 1 | 1 | 1.0.0 | generic | Set a key's time to live in seconds
            pexpire | -3 | write,fast | 1 | 1 | 1 | 2.6.0 | generic | Set a key's time to live in milliseconds
            expireat | -3 | write,fast | 1 | 1 | 1 | 1.2.0 | generic | Set the expiration for a key as a UNIX timestamp
            pexpireat | -3 | write,fast | 1 | 1 | 1 | 2.6.0 | generic | Set the expiration for a key as a UNIX timestamp specified in milliseconds
            expiretime | 2 | readonly,fast | 1 | 1 | 1 | 7.0.0 | generic | Get the expiration Unix timestamp for a key
            pexpiretime | 2 | readonly,fast | 1 | 1 | 1 | 7.0.0 | generic | Get the expiration Unix timestamp for a key in milliseconds
            ttl | 2 | readonly,fast | 1 | 1 | 1 | 1.0.0 | generic | Get the time to live for a key in seconds
            pttl | 2 | readonly,fast | 1 | 1 | 1 | 2.6.0 | generic | Get the time to live for a key in milliseconds
            persist | 2 | write,fast | 1 | 1 | 1 | 2.2.0 | generic | Remove the expiration from a key
            touch | -2 | readonly,fast | 1 | -1 | 1 | 3.2.1 | generic | Alters the last access time of a key(s). Returns the number of existing keys specified.
            copy | -3 | write,denyoom | 1 | 2 | 1 | 6.2.0 | generic | Copy a key
            """;

    private final Map<String, Command> commands = new HashMap<>();

    private KeyspaceCommands() {
        SetCommands set = new SetCommands();
        commands.put("set", set::set);
        commands.put("getset", set::getset);
        commands.put("setnx", set::setnx);
        commands.put("setex", set::setex);
        commands.put("psetex", set::psetex);
        GetCommands get = new GetCommands();
        commands.put("get", get::get);
        commands.put("getdel", get::getdel);
        commands.put("getex", get::getex);
        commands.put("mget", get::mget);
        commands.put("strlen", get::strlen);
        commands.put("getrange", get::getrange);
        commands.put("substr", get::getrange);
        ChangeCommands change = new ChangeCommands();
        commands.put("append", change::append);
        commands.put("incr", change::incr);
        commands.put("decr", change::decr);
        commands.put("incrby", change::incrby);
        commands.put("decrby", change::decrby);
        commands.put("incrbyfloat", change::incrbyfloat);
        commands.put("setrange", change::setrange);
        MultiKeyCommands multi = new MultiKeyCommands();
        commands.put("mset", multi::mset);
        commands.put("msetnx", multi::msetnx);
        commands.put("del", multi::del);
        commands.put("unlink", multi::del);
        commands.put("exists", multi::count);
        commands.put("touch", multi::count);
        KeyCommands key = new KeyCommands();
        commands.put("type", key::type);
        commands.put("rename", key::rename);
        commands.put("renamenx", key::renamenx);
        commands.put("randomkey", key::randomkey);
        commands.put("copy", key::copy);
        commands.put("dbsize", key::dbsize);
        commands.put("flushdb", key::flushdb);
        commands.put("flushall", key::flushall);
        WalkCommands walk = new WalkCommands();
        commands.put("keys", walk::keys);
        commands.put("scan", walk::scan);
        ExpiryCommands expiry = new ExpiryCommands();
        commands.put("expire", expiry::expire);
        commands.put("pexpire", expiry::pexpire);
        commands.put("expireat", expiry::expireat);
        commands.put("pexpireat", expiry::pexpireat);
        commands.put("expiretime", expiry::expiretime);
        commands.put("pexpiretime", expiry::pexpiretime);
        commands.put("ttl", expiry::ttl);
        commands.put("pttl", expiry::pttl);
        commands.put("persist", expiry::persist);
    }

    /**
     * A fresh set of commands, for one command loop: they keep scratch space of their own.
     *
     * <p>Arity is the caller's to check. A command that finds its arguments wrong has replied with an error.
     */
    public static List<CommandSpec> all() {
        KeyspaceCommands table = new KeyspaceCommands();
        List<CommandSpec> specs = new ArrayList<>();
        SPECS.lines().forEach(line -> specs.add(table.spec(line.split(" \\| "))));
        return List.copyOf(specs);
    }

    private CommandSpec spec(String[] fields) {
        Command command = commands.get(fields[0]);
        return new CommandSpec(
                fields[0],
                Integer.parseInt(fields[1]),
                flags(fields[2]),
                Integer.parseInt(fields[3]),
                Integer.parseInt(fields[4]),
                Integer.parseInt(fields[5]),
                context -> run(command, context),
                fields[6],
                fields[8],
                fields[7]);
    }

    /** Errors in arguments are thrown before anything is changed or replied. */
    private static void run(Command command, CommandContext context) {
        try {
            command.execute(context);
        } catch (CommandException e) {
            context.reply().error(e.getMessage());
        }
    }

    private static Set<CommandSpec.Flag> flags(String names) {
        Set<CommandSpec.Flag> flags = EnumSet.noneOf(CommandSpec.Flag.class);
        for (String name : names.split(",")) {
            flags.add(CommandSpec.Flag.valueOf(name.toUpperCase(Locale.ROOT)));
        }
        return flags;
    }
}
