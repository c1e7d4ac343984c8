package io.replbuf.server;

import io.replbuf.log.StreamLogStats;
import io.replbuf.snapshot.LoadResult;

/** INFO's persistence section. "Copy on write" here is what a snapshot keeps of records that have changed since. */
final class InfoPersistence {
    private final CommandLoop server;

    InfoPersistence(CommandLoop server) {
        this.server = server;
    }

    void write(InfoFields fields) {
        Snapshots snapshots = server.snapshots();
        LoadResult loaded = server.loaded();
        StreamLogStats log = server.primary().logStats();
        long total = snapshots.keysTotal();
        long done = snapshots.keysProcessed();
        fields.section("Persistence")
                .zeros("loading", "async_loading")
                .put("current_cow_peak", snapshots.keptBytes())
                .put("current_cow_size", snapshots.keptBytes())
                .zeros("current_cow_size_age")
                .real("current_fork_perc", total == 0 ? 0 : 100.0 * done / total)
                .put("current_save_keys_processed", done)
                .put("current_save_keys_total", total)
                .put("rdb_changes_since_last_save", server.propagation().dirty())
                .put("rdb_bgsave_in_progress", snapshots.busy())
                .put("rdb_last_save_time", snapshots.lastSaveMillis() / 1000)
                .put("rdb_last_bgsave_status", snapshots.lastSaveFailed() ? "err" : "ok")
                .put("rdb_last_bgsave_time_sec", snapshots.lastSaveSeconds())
                .put("rdb_current_bgsave_time_sec", snapshots.currentSaveSeconds())
                .put("rdb_saves", snapshots.saves())
                .put("rdb_last_cow_size", snapshots.lastKeptBytes())
                .put("rdb_last_load_keys_expired", loaded == null ? 0 : loaded.keysExpired())
                .put("rdb_last_load_keys_loaded", loaded == null ? 0 : loaded.keysLoaded())
                .zeros("aof_enabled", "aof_rewrite_in_progress", "aof_rewrite_scheduled")
                .put("aof_last_rewrite_time_sec", -1)
                .put("aof_current_rewrite_time_sec", -1)
                .put("aof_last_bgrewrite_status", "ok")
                .zeros("aof_rewrites", "aof_rewrites_consecutive_failures")
                .put(
                        "aof_last_write_status",
                        log == null || log.stoppedReason() == null ? "ok" : "err")
                .zeros("aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size");
    }
}
