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
        AofRewrites rewrites = server.rewrites();
        boolean enabled = log != null && server.config().bool("appendonly");
        long total = snapshots.keysTotal();
        long done = snapshots.keysProcessed();
        fields.section("Persistence")
                .put("loading", server.loading() != null)
                .zeros("async_loading")
                .put("current_cow_peak", snapshots.keptBytes())
                .put("current_cow_size", snapshots.keptBytes())
                .zeros("current_cow_size_age")
                .real("current_fork_perc", total == 0 ? 0 : 100.0 * done / total)
                .put("current_save_keys_processed", done)
                .put("current_save_keys_total", total)
                .put("rdb_changes_since_last_save", server.propagation().dirty())
                .put("rdb_bgsave_in_progress", snapshots.makingRdb())
                .put("rdb_last_save_time", snapshots.lastSaveMillis() / 1000)
                .put("rdb_last_bgsave_status", snapshots.lastSaveFailed() ? "err" : "ok")
                .put("rdb_last_bgsave_time_sec", snapshots.lastSaveSeconds())
                .put("rdb_current_bgsave_time_sec", snapshots.currentSaveSeconds())
                .put("rdb_saves", snapshots.saves())
                .put("rdb_last_cow_size", snapshots.lastKeptBytes())
                .put("rdb_last_load_keys_expired", loaded == null ? 0 : loaded.keysExpired())
                .put("rdb_last_load_keys_loaded", loaded == null ? 0 : loaded.keysLoaded())
                .put("aof_enabled", enabled)
                .put("aof_rewrite_in_progress", rewrites.inProgress())
                .put("aof_rewrite_scheduled", rewrites.scheduled())
                .put("aof_last_rewrite_time_sec", rewrites.lastSeconds())
                .put("aof_current_rewrite_time_sec", rewrites.currentSeconds())
                .put("aof_last_bgrewrite_status", rewrites.lastFailed() ? "err" : "ok")
                .put("aof_rewrites", rewrites.rewrites())
                .put("aof_rewrites_consecutive_failures", rewrites.failures())
                .put(
                        "aof_last_write_status",
                        log == null || log.stoppedReason() == null ? "ok" : "err")
                .put("aof_last_cow_size", snapshots.lastBaseKeptBytes())
                .zeros("module_fork_in_progress", "module_fork_last_cow_size");
        if (enabled) {
            fields.put("aof_current_size", rewrites.currentBytes())
                    .put("aof_base_size", rewrites.bytesAfterLast())
                    .zeros("aof_pending_rewrite")
                    .put("aof_buffer_length", log.lagBytes())
                    .put("aof_pending_bio_fsync", rewrites.syncing())
                    .put("aof_delayed_fsync", log.delayedFsyncs());
        }
        if (server.loading() != null) {
            server.loading().info(fields);
        }
    }
}
