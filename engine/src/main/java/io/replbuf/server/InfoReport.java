package io.replbuf.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** INFO: Redis 7's sections, fields, order and units, then our own section. Command loop only. */
final class InfoReport {
    private static final Set<String> NOT_BY_DEFAULT = Set.of("commandstats", "latencystats");

    private final CommandLoop server;
    private final Map<String, Consumer<InfoFields>> sections = new LinkedHashMap<>();

    /** Of the command under way, so that its sections agree; null until one of them asks. */
    private ProcessFigures figures;

    InfoReport(CommandLoop server) {
        this.server = server;
        InfoMemory memory = new InfoMemory(server, this::figures);
        InfoProcess process = new InfoProcess(server, this::figures);
        sections.put("server", process::server);
        sections.put("clients", this::clients);
        sections.put("memory", memory::write);
        sections.put("persistence", new InfoPersistence(server)::write);
        sections.put("stats", this::stats);
        sections.put("replication", this::replication);
        sections.put("cpu", process::cpu);
        sections.put("modules", fields -> fields.section("Modules"));
        sections.put("commandstats", this::commandStats);
        sections.put("errorstats", this::errorStats);
        sections.put("latencystats", fields -> fields.section("Latencystats"));
        sections.put("cluster", fields -> fields.section("Cluster").put("cluster_enabled", 0));
        sections.put("keyspace", this::keyspace);
        sections.put("replication_buffer", this::replicationBuffer);
    }

    /**
     * @param asked section names in lower case; none for the default ones
     */
    String text(List<String> asked) {
        // What was joined up but not appended yet belongs to the offsets shown here.
        server.propagation().flush();
        Set<String> chosen = new LinkedHashSet<>();
        for (String name : asked.isEmpty() ? List.of("default") : asked) {
            switch (name) {
                case "all", "everything" -> chosen.addAll(sections.keySet());
                case "default" ->
                        sections.keySet().stream()
                                .filter(section -> !NOT_BY_DEFAULT.contains(section))
                                .forEach(chosen::add);
                default -> chosen.add(name);
            }
        }
        figures = null;
        InfoFields fields = new InfoFields();
        sections.forEach(
                (name, section) -> {
                    if (chosen.contains(name)) {
                        section.accept(fields);
                    }
                });
        return fields.toString();
    }

    private ProcessFigures figures() {
        if (figures == null) {
            figures = ProcessFigures.now();
        }
        return figures;
    }

    private void clients(InfoFields fields) {
        long inputMost = 0;
        long outputMost = 0;
        int blocked = 0;
        for (Client client : server.clients().ordinary()) {
            inputMost = Math.max(inputMost, client.input.capacity());
            outputMost = Math.max(outputMost, client.queuedBytes());
            blocked += client.block == null ? 0 : 1;
        }
        fields.section("Clients")
                .put("connected_clients", server.clients().ordinaryCount())
                .zeros("cluster_connections")
                .put("maxclients", server.config().number("maxclients"))
                .put("client_recent_max_input_buffer", inputMost)
                .put("client_recent_max_output_buffer", outputMost)
                .put("blocked_clients", blocked)
                .zeros("tracking_clients")
                .put("clients_in_timeout_table", server.waits().count());
    }

    private void stats(InfoFields fields) {
        ServerStats stats = server.stats();
        var replication = server.primary().stats();
        var keyspace = server.keyspace();
        fields.section("Stats")
                .put("total_connections_received", stats.connections)
                .put("total_commands_processed", stats.commands)
                .put("instantaneous_ops_per_sec", stats.opsRate.mean())
                .put("total_net_input_bytes", stats.inputBytes)
                .put("total_net_output_bytes", stats.outputBytes)
                .put("total_net_repl_input_bytes", 0)
                .put("total_net_repl_output_bytes", replication.netReplOutputBytes())
                .real("instantaneous_input_kbps", stats.inputRate.mean() / 1024.0)
                .real("instantaneous_output_kbps", stats.outputRate.mean() / 1024.0)
                .real("instantaneous_input_repl_kbps", 0)
                .real("instantaneous_output_repl_kbps", stats.replicationRate.mean() / 1024.0)
                .put("rejected_connections", stats.rejectedConnections)
                .put("sync_full", replication.syncFull())
                .put("sync_partial_ok", replication.syncPartialOk())
                .put("sync_partial_err", replication.syncPartialErr())
                .put("expired_keys", keyspace.expiredKeys())
                .real("expired_stale_perc", 0)
                .zeros("expired_time_cap_reached_count", "expire_cycle_cpu_milliseconds")
                .zeros("evicted_keys", "evicted_clients")
                .zeros("total_eviction_exceeded_time", "current_eviction_exceeded_time")
                .put("keyspace_hits", keyspace.hits())
                .put("keyspace_misses", keyspace.misses())
                .zeros("pubsub_channels", "pubsub_patterns", "pubsubshard_channels")
                .zeros("latest_fork_usec")
                .put("total_forks", server.snapshots().snapshots())
                .zeros("migrate_cached_sockets", "slave_expires_tracked_keys")
                .zeros("active_defrag_hits", "active_defrag_misses")
                .zeros("active_defrag_key_hits", "active_defrag_key_misses")
                .zeros("total_active_defrag_time", "current_active_defrag_time")
                .zeros("tracking_total_keys", "tracking_total_items", "tracking_total_prefixes")
                .zeros("unexpected_error_replies")
                .put("total_error_replies", stats.errorReplies)
                .zeros("dump_payload_sanitizations")
                .put("total_reads_processed", stats.reads)
                .put("total_writes_processed", stats.writes)
                .zeros("io_threaded_reads_processed", "io_threaded_writes_processed")
                .zeros("reply_buffer_shrinks", "reply_buffer_expands")
                .put(
                        "client_output_buffer_limit_disconnections",
                        stats.limitDisconnections + replication.limitDisconnections());
    }

    private void replication(InfoFields fields) {
        fields.section("Replication");
        server.primary().infoReplication(fields.builder());
    }

    private void replicationBuffer(InfoFields fields) {
        fields.section("Replication_buffer");
        server.primary().infoReplicationBuffer(fields.builder());
        long parked = 0;
        for (Client client : server.clients().ordinary()) {
            parked += client.parkedBytes();
        }
        fields.put("repl_log_parked_clients", server.parking().count())
                .put("repl_log_parked_bytes", parked)
                .put("repl_log_throttled_clients", server.throttle().count())
                .put("repl_log_throttles", server.throttle().times())
                .put("repl_log_throttled_millis", server.throttle().millis())
                .put(
                        "longest_turn_usec",
                        TimeUnit.NANOSECONDS.toMicros(server.stats().longestTurnNanos))
                .put("page_faults", figures().pageFaults());
    }

    private void commandStats(InfoFields fields) {
        fields.section("Commandstats");
        List<CommandEntry> used = new ArrayList<>();
        for (CommandEntry entry : server.commands().all()) {
            used.add(entry);
            if (entry.subcommands != null) {
                used.addAll(entry.subcommands.all());
            }
        }
        for (CommandEntry entry : used) {
            if (entry.calls + entry.rejected + entry.failed > 0) {
                long micros = entry.nanos / 1000;
                double each = entry.calls == 0 ? 0 : (double) micros / entry.calls;
                fields.put(
                        "cmdstat_" + entry.fullName,
                        String.format(
                                java.util.Locale.ROOT,
                                "calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
                                entry.calls,
                                micros,
                                each,
                                entry.rejected,
                                entry.failed));
            }
        }
    }

    private void errorStats(InfoFields fields) {
        fields.section("Errorstats");
        server.stats()
                .errors
                .forEach((kind, count) -> fields.put("errorstat_" + kind, "count=" + count[0]));
    }

    private void keyspace(InfoFields fields) {
        fields.section("Keyspace");
        var keyspace = server.keyspace();
        for (int db = 0; db < keyspace.databases(); db++) {
            if (keyspace.size(db) > 0) {
                fields.put(
                        "db" + db,
                        "keys="
                                + keyspace.size(db)
                                + ",expires="
                                + keyspace.expires(db)
                                + ",avg_ttl="
                                + keyspace.avgTtlMillis(db));
            }
        }
    }
}
