package io.replbuf.server;

import static io.replbuf.keyspace.CommandSpec.Flag.ADMIN;
import static io.replbuf.keyspace.CommandSpec.Flag.LOADING;
import static io.replbuf.keyspace.CommandSpec.Flag.NOSCRIPT;
import static io.replbuf.keyspace.CommandSpec.Flag.STALE;

import io.replbuf.buffer.NearestName;
import io.replbuf.fault.FaultText;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** CONFIG GET, SET, REWRITE, RESETSTAT. */
final class ConfigCommands {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigCommands.class);

    private ConfigCommands() {}

    static void define(CommandTable table) {
        CommandTable sub = new CommandTable("config");
        new Definitions(sub, "server")
                .add(
                        "get",
                        -3,
                        "2.0.0",
                        "Returns the effective values of configuration parameters.",
                        ConfigCommands::get,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "set",
                        -4,
                        "2.0.0",
                        "Sets configuration parameters in-flight.",
                        ConfigCommands::set,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "resetstat",
                        2,
                        "2.0.0",
                        "Resets the server's statistics.",
                        ConfigCommands::resetStat,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE)
                .add(
                        "rewrite",
                        2,
                        "2.8.0",
                        "Persists the effective configuration to file.",
                        ConfigCommands::rewrite,
                        ADMIN,
                        NOSCRIPT,
                        LOADING,
                        STALE);
        new Definitions(table, "server")
                .container(
                        "config", "2.0.0", "A container for server configuration commands.", sub);
    }

    private static void get(Call call) {
        ServerConfig config = call.server().config();
        Map<String, String> found = new TreeMap<>();
        for (int i = 2; i < call.request().argc(); i++) {
            String asked = call.request().text(i).toLowerCase(Locale.ROOT);
            if (!Glob.isPattern(asked)) {
                Directive directive = config.directives().find(asked);
                if (directive != null) {
                    found.put(asked, shown(config, directive));
                }
                continue;
            }
            for (Directive directive : config.directives().all()) {
                if (directive.has(Directive.Trait.HIDDEN)) {
                    continue;
                }
                if (Glob.matches(asked, directive.name())) {
                    found.put(directive.name(), shown(config, directive));
                }
                if (directive.alias() != null && Glob.matches(asked, directive.alias())) {
                    found.put(directive.alias(), shown(config, directive));
                }
            }
        }
        Reply reply = call.reply();
        reply.map(found.size());
        found.forEach(
                (name, value) -> {
                    reply.bulk(name);
                    reply.bulk(value);
                });
    }

    private static String shown(ServerConfig config, Directive directive) {
        return directive.name().equals("dir") ? config.dir().toString() : config.value(directive);
    }

    /** All or nothing: every value is checked before the first is set, and all go back if one cannot be carried out. */
    private static void set(Call call) {
        Request request = call.request();
        ServerConfig config = call.server().config();
        if (request.argc() % 2 != 0) {
            call.reply().error("ERR wrong number of arguments for 'config|set' command");
            return;
        }
        Map<Directive, String> wanted = new LinkedHashMap<>();
        Map<Directive, String> before = new LinkedHashMap<>();
        String name = null;
        boolean denied = false;
        try {
            for (int i = 2; i < request.argc(); i += 2) {
                name = request.text(i);
                Directive directive = config.directives().find(name);
                if (directive == null) {
                    call.reply().error(unknown(config, name));
                    return;
                }
                if (wanted.containsKey(directive)) {
                    throw new ConfigException("duplicate parameter");
                }
                mayBeSet(config, call.client(), directive);
                wanted.put(directive, config.normalized(directive, request.text(i + 1)));
                before.put(directive, config.value(directive));
                denied |= directive.has(Directive.Trait.DENY_LOADING);
            }
            if (denied && call.server().loading() != null) {
                call.reply().error(Dispatcher.LOADING);
                return;
            }
            wanted.forEach(config::put);
            for (Directive directive : wanted.keySet()) {
                name = directive.name();
                call.server().settings().apply(directive);
            }
            call.reply().simple("OK");
        } catch (ConfigException e) {
            undo(call, before);
            call.reply()
                    .error(
                            "ERR CONFIG SET failed (possibly related to argument '"
                                    + name
                                    + "') - "
                                    + e.getMessage());
        }
    }

    private static void undo(Call call, Map<Directive, String> before) {
        before.forEach(call.server().config()::put);
        for (Directive directive : before.keySet()) {
            try {
                call.server().settings().apply(directive);
            } catch (ConfigException e) {
                throw new IllegalStateException(directive.name() + " took its old value once", e);
            }
        }
    }

    private static void mayBeSet(ServerConfig config, Client client, Directive directive)
            throws ConfigException {
        boolean start =
                directive.support() == Directive.Support.START
                        || directive.has(Directive.Trait.IMMUTABLE);
        if (directive.has(Directive.Trait.PROTECTED)
                && !allowed(config.text("enable-protected-configs"), client)) {
            throw new ConfigException("can't set protected config");
        }
        if (start && !directive.name().equals("dir")) {
            throw new ConfigException("can't set immutable config");
        }
    }

    /** The meaning of no, yes and local. */
    static boolean allowed(String setting, Client client) {
        return setting.equals("yes") || (setting.equals("local") && client.isLocal());
    }

    private static String unknown(ServerConfig config, String name) {
        String nearest = NearestName.of(name.toLowerCase(Locale.ROOT), config.directives().names());
        return "ERR Unknown option or number of arguments for CONFIG SET - '"
                + name
                + "'"
                + (nearest == null ? "" : " (nearest: '" + nearest + "')");
    }

    private static void rewrite(Call call) {
        if (call.server().config().file().isEmpty()) {
            call.reply().error("ERR The server is running without a config file");
            return;
        }
        try {
            ConfigRewrite.run(call.server().config());
            LOG.warn("CONFIG REWRITE executed with success.");
            call.reply().simple("OK");
        } catch (IOException e) {
            LOG.warn("CONFIG REWRITE failed: {}", FaultText.reason(e));
            call.reply().error("ERR Rewriting config file: " + FaultText.reason(e));
        }
    }

    private static void resetStat(Call call) {
        CommandLoop server = call.server();
        server.stats().reset();
        server.primary().resetStats();
        server.keyspace().resetStatistics();
        server.commands().all().forEach(CommandEntry::resetStats);
        call.reply().simple("OK");
    }
}
