package io.replbuf.server;

import io.replbuf.memory.Accountant;
import io.replbuf.memory.Owner;
import java.util.function.Supplier;

/**
 * INFO's memory section. {@code used_memory} is the accountant's sum and follows the data; the process' resident size stands
 * beside it. Fields on an allocator repeat these two, since extents know no fragmentation of their own.
 */
final class InfoMemory {
    private final CommandLoop server;
    private final Supplier<ProcessFigures> figures;

    InfoMemory(CommandLoop server, Supplier<ProcessFigures> figures) {
        this.server = server;
        this.figures = figures;
    }

    void write(InfoFields fields) {
        server.clients().settleAccount();
        Accountant accountant = server.accountant();
        ServerStats stats = server.stats();
        long used = accountant.usedBytes();
        stats.usedPeakBytes = Math.max(stats.usedPeakBytes, used);
        ProcessFigures process = figures.get();
        long resident = process.residentBytes();
        ReplicationMemory replication = ReplicationMemory.of(server.primary());
        long dataset = accountant.account(Owner.KEYSPACE).bytes();
        long overhead = used - dataset;
        long maxMemory = server.config().number("maxmemory");
        fields.section("Memory")
                .bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", stats.usedPeakBytes)
                .percent("used_memory_peak_perc", ratio(used, stats.usedPeakBytes) * 100)
                .put("used_memory_overhead", overhead)
                .put("used_memory_startup", 0)
                .put("used_memory_dataset", dataset)
                .percent("used_memory_dataset_perc", ratio(dataset, used) * 100)
                .put("allocator_allocated", used)
                .put("allocator_active", resident)
                .put("allocator_resident", resident)
                .bytes("total_system_memory", process.systemBytes())
                .zeros("used_memory_lua", "used_memory_vm_eval")
                .put("used_memory_lua_human", "0B")
                .zeros("used_memory_scripts_eval", "number_of_cached_scripts")
                .zeros("number_of_functions", "number_of_libraries")
                .zeros("used_memory_vm_functions")
                .bytes("used_memory_vm_total", 0)
                .zeros("used_memory_functions")
                .bytes("used_memory_scripts", 0)
                .bytes("maxmemory", maxMemory)
                .put("maxmemory_policy", server.config().text("maxmemory-policy"))
                .real("allocator_frag_ratio", ratio(resident, used))
                .put("allocator_frag_bytes", resident - used)
                .real("allocator_rss_ratio", 1)
                .put("allocator_rss_bytes", 0)
                .real("rss_overhead_ratio", 1)
                .put("rss_overhead_bytes", 0)
                .real("mem_fragmentation_ratio", ratio(resident, used))
                .put("mem_fragmentation_bytes", resident - used)
                .put("mem_not_counted_for_evict", replication.notCountedForEvictBytes())
                .put("mem_replication_backlog", replication.backlogBytes())
                .put("mem_total_replication_buffers", replication.totalBytes())
                .put("mem_clients_slaves", replication.replicasBytes())
                .put("mem_clients_normal", accountant.account(Owner.CLIENTS).bytes())
                .zeros("mem_cluster_links", "mem_aof_buffer")
                .put("mem_allocator", "extents")
                .zeros("active_defrag_running", "lazyfree_pending_objects", "lazyfreed_objects");
    }

    private static double ratio(long a, long b) {
        return b == 0 ? 0 : (double) a / b;
    }
}
