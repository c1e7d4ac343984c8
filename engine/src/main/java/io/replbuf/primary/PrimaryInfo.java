package io.replbuf.primary;

import io.replbuf.buffer.BufferStats;
import io.replbuf.log.StreamLogStats;
import io.replbuf.stream.History;
import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.StreamRange;
import java.util.List;
import java.util.Locale;

/** INFO's lines about replication, under Redis' names where it has them. */
final class PrimaryInfo {
    private PrimaryInfo() {}

    static void replication(StringBuilder out, Primary primary) {
        History history = primary.history();
        List<ReplicaView> replicas = primary.replicas();
        line(out, "role", "master");
        line(out, "connected_slaves", replicas.size());
        for (int i = 0; i < replicas.size(); i++) {
            ReplicaView replica = replicas.get(i);
            line(
                    out,
                    "slave" + i,
                    "ip="
                            + replica.ip()
                            + ",port="
                            + replica.listeningPort()
                            + ",state="
                            + replica.state()
                            + ",offset="
                            + replica.ackedOffset()
                            + ",lag="
                            + (replica.state().equals("online") ? replica.ackAgeMillis() / 1000 : 0)
                            + ",lag_bytes="
                            + Math.max(0, primary.primaryOffset() - replica.ackedOffset())
                            + ",lag_ms="
                            + (replica.state().equals("online") ? replica.ackAgeMillis() : 0));
        }
        line(out, "master_failover_state", "no-failover");
        line(out, "master_replid", history.replid());
        line(out, "master_replid2", history.replid2());
        line(out, "master_repl_offset", primary.primaryOffset());
        line(out, "second_repl_offset", history.secondReplOffset());
        boolean active = primary.backlogActive();
        StreamRange coverage = primary.coverage();
        line(out, "repl_backlog_active", active ? 1 : 0);
        line(out, "repl_backlog_size", primary.config().backlogBytes());
        line(out, "repl_backlog_first_byte_offset", active ? coverage.startOffset() : 0);
        line(out, "repl_backlog_histlen", active ? coverage.bytes() : 0);
    }

    static void replicationBuffer(StringBuilder out, Primary primary) {
        BufferStats stats = primary.bufferStats();
        PrimaryStats sends = primary.stats();
        SendLag lag = primary.sendLag();
        line(out, "repl_buffer_strategy", primary.strategy());
        line(out, "repl_buffer_retained_bytes", stats.retainedBytes());
        line(out, "repl_buffer_unique_payload_bytes", stats.uniquePayloadBytes());
        line(out, "repl_buffer_duplicated_payload_bytes", stats.duplicatedPayloadBytes());
        line(out, "repl_buffer_metadata_bytes", stats.metadataBytes());
        line(out, "repl_buffer_slack_bytes", stats.slackBytes());
        line(out, "repl_buffer_retired_bytes", stats.retiredBytes());
        line(out, "repl_buffer_pinned_bytes", stats.pinnedBytes());
        line(out, "repl_buffer_in_flight_bytes", stats.inFlightBytes());
        line(out, "repl_buffer_backlog_bytes", stats.backlogBytes());
        line(out, "repl_buffer_mapped_bytes", stats.mappedBytes());
        line(out, "repl_buffer_blocks", stats.blocks());
        line(out, "repl_buffer_cursors", stats.cursors());
        line(out, "repl_buffer_fed_bytes", stats.fedBytes());
        line(out, "repl_buffer_copied_bytes", stats.copiedBytes());
        line(out, "repl_buffer_copies_per_byte", ratio(stats.copiedBytes(), stats.fedBytes()));
        line(out, "repl_buffer_leases", stats.leases());
        line(out, "repl_buffer_leased_bytes", stats.leasedBytes());
        line(out, "repl_buffer_resumed_leases", stats.resumedLeases());
        line(out, "repl_buffer_demoted_cursors", stats.demotedCursors());
        line(out, "repl_buffer_demotions", stats.demotions());
        line(out, "repl_buffer_hand_offs", stats.handOffs());
        line(out, "repl_buffer_send_calls", sends.sendCalls());
        line(out, "repl_buffer_send_bytes", sends.sendBytes());
        line(
                out,
                "repl_buffer_send_bytes_per_call",
                sends.sendCalls() == 0 ? 0 : sends.sendBytes() / sends.sendCalls());
        line(out, "repl_buffer_send_lag_bytes", lag.worstBytes());
        line(out, "repl_buffer_send_lag_waits", lag.times());
        line(out, "repl_buffer_send_lag_millis", lag.millis());
        line(out, "repl_buffer_send_eagains", sends.sendEagains());
        line(out, "repl_buffer_send_file_calls", sends.sendFileCalls());
        line(out, "repl_buffer_send_file_bytes", sends.sendFileBytes());
        line(out, "repl_buffer_send_copied_bytes", sends.sendCopiedBytes());
        line(out, "repl_buffer_send_copies_in_flight", sends.sendCopiesInFlight());
        line(out, "repl_buffer_loop_moves", sends.loopMoves());
        line(out, "repl_full_resyncs", primary.causes().text());
        line(out, "repl_full_resyncs_refused", primary.refusedFullResyncs());
        line(out, "repl_buffer_limit_disconnections", sends.limitDisconnections());
        line(out, "repl_buffer_task_failures", sends.taskFailures());
        outlooks(out, primary);
        StreamLogStats log = primary.logStats();
        line(out, "repl_log_active", log != null && log.stoppedReason() == null ? 1 : 0);
        if (log != null) {
            line(out, "repl_log_start_offset", log.startOffset());
            line(out, "repl_log_written_offset", RedisOffsets.toRedis(log.writtenOffset()));
            line(out, "repl_log_synced_offset", RedisOffsets.toRedis(log.syncedOffset()));
            line(out, "repl_log_segments", log.segments());
            line(out, "repl_log_file_bytes", log.fileBytes());
            line(out, "repl_log_max_bytes", primary.logMaxBytes());
            logReaders(out, primary.replicas(), log.writtenOffset());
            line(out, "repl_log_lag_bytes", log.lagBytes());
            line(out, "repl_log_errors", log.errors());
            line(
                    out,
                    "repl_log_stopped_reason",
                    log.stoppedReason() == null ? "" : log.stoppedReason());
        }
    }

    /** What is kept for each replica alone, and when it is lost if all goes on as now. */
    private static void outlooks(StringBuilder out, Primary primary) {
        int index = 0;
        for (ReplicaSession session : primary.sessions()) {
            Forecast forecast = primary.forecast(session);
            line(
                    out,
                    "repl_buffer_replica" + index++,
                    "addr="
                            + session.address()
                            + ",own_bytes="
                            + (session.cursor == null ? 0 : session.cursor.ownBytes())
                            + ",loss="
                            + forecast.loss().word
                            + ",loss_in_ms="
                            + forecast.millis()
                            + ",resumes="
                            + (forecast.resumes() ? "yes" : "no"));
        }
    }

    private static String ratio(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f", whole == 0 ? 0.0 : (double) part / whole);
    }

    /** Who keeps retention from dropping what, besides the cap. */
    private static void logReaders(
            StringBuilder out, List<ReplicaView> replicas, long writtenOffset) {
        int readers = 0;
        long most = 0;
        for (ReplicaView replica : replicas) {
            if (replica.inLog()) {
                long pinned = Math.max(writtenOffset - replica.sentOffset(), 0);
                most = Math.max(most, pinned);
                line(
                        out,
                        "repl_log_reader" + readers++,
                        "addr="
                                + replica.address()
                                + ",sent_offset="
                                + RedisOffsets.toRedis(replica.sentOffset())
                                + ",pinned_bytes="
                                + pinned);
            }
        }
        line(out, "repl_log_readers", readers);
        line(out, "repl_log_pinned_bytes", most);
    }

    private static void line(StringBuilder out, String name, Object value) {
        out.append(name).append(':').append(value).append("\r\n");
    }
}
