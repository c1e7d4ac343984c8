package io.replbuf.harness.measure;

import java.util.List;

/** Which of the servers' counters are what: growing sums, highest values, or amounts of memory. */
final class CounterKinds {
    /** Sums since the server's start: a cell reports their growth. */
    static final List<String> CUMULATIVE =
            List.of(
                    "fed_bytes",
                    "copied_bytes",
                    "demotions",
                    "hand_offs",
                    "sync_full",
                    "sync_partial_ok",
                    "sync_partial_err",
                    "limit_disconnections",
                    "send_calls",
                    "send_bytes",
                    "send_eagain",
                    "send_file_calls",
                    "send_file_bytes",
                    "commands_processed",
                    "snapshots",
                    "gc_count",
                    "gc_pause_nanos",
                    "cpu_command_loop_nanos");

    /** Highest values since the server's start or since they were last looked at. */
    static final List<String> HIGHEST = List.of("longest_turn_nanos");

    private CounterKinds() {}

    static boolean isMemory(String name) {
        return (name.startsWith("buf_")
                        && !name.equals("buf_blocks")
                        && !name.equals("buf_cursors")
                        && !name.equals("buf_demoted"))
                || name.startsWith("mem_")
                || name.startsWith("heap_")
                || name.equals("nonheap_used")
                || name.equals("direct_used")
                || name.equals("netty_direct")
                || name.equals("extents_mapped");
    }
}
