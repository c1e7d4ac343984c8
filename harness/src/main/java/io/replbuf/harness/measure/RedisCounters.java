package io.replbuf.harness.measure;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A real server's INFO, asked ten times a second on a thread of its own, under the names of the engine's counters.
 *
 * <p>INFO waits while the server is busy, so these numbers are missing exactly when they would be most interesting; the engine's own
 * counters are mapped for that reason. Before 7.0 there is one figure for the backlog and one for all replicas' output buffers, which
 * hold copies; from 7.0 on one figure for the shared blocks.
 */
public final class RedisCounters implements ServerCounters {
    private static final List<String> NAMES =
            List.of(
                    "primary_offset",
                    "backlog_start_offset",
                    "buf_unique",
                    "buf_duplicated",
                    "buf_backlog",
                    "mem_replication",
                    "mem_keyspace",
                    "mem_clients",
                    "mem_used",
                    "replicas_connected",
                    "sync_full",
                    "sync_partial_ok",
                    "sync_partial_err",
                    "limit_disconnections",
                    "commands_processed");
    private static final long PERIOD_NANOS = 100_000_000L;

    /** The server has just said PONG and has nothing to do. */
    private static final int FIRST_ANSWER_MILLIS = 5_000;

    /** Under load and while it forks, a server answers late; a cell that it keeps waiting has other limits. */
    private static final int ANSWER_MILLIS = 60_000;

    private final RedisInfo info;
    private final Thread thread;
    private volatile long[] values;
    private volatile boolean stopping;
    private volatile String failure;

    /**
     * @throws IOException when the first INFO does not come
     */
    public RedisCounters(InetSocketAddress address, String password) throws IOException {
        info = new RedisInfo(address, password, FIRST_ANSWER_MILLIS);
        try {
            values = values(info.info());
            info.timeoutMillis(ANSWER_MILLIS);
        } catch (IOException | RuntimeException e) {
            info.close();
            throw e;
        }
        thread = new Thread(this::poll, "redis-info");
        thread.setDaemon(true);
        thread.start();
    }

    private void poll() {
        while (!stopping) {
            LockSupport.parkNanos(PERIOD_NANOS);
            try {
                values = values(info.info());
            } catch (IOException | RuntimeException e) {
                // Whatever ends this thread, the cell must not go on with the last values as if
                // they were new.
                if (!stopping) {
                    failure = "INFO: " + e.getMessage();
                }
                return;
            }
        }
    }

    private static long[] values(Map<String, String> info) {
        long backlog = number(info, "mem_replication_backlog");
        long replicas = number(info, "mem_clients_slaves");
        long total = number(info, "mem_total_replication_buffers");
        boolean shared = info.containsKey("mem_total_replication_buffers");
        return new long[] {
            number(info, "master_repl_offset"),
            number(info, "repl_backlog_first_byte_offset"),
            shared ? total : backlog,
            shared ? 0 : replicas,
            backlog,
            shared ? total : backlog + replicas,
            number(info, "used_memory_dataset"),
            number(info, "mem_clients_normal"),
            number(info, "used_memory"),
            number(info, "connected_slaves"),
            number(info, "sync_full"),
            number(info, "sync_partial_ok"),
            number(info, "sync_partial_err"),
            number(info, "client_output_buffer_limit_disconnections"),
            number(info, "total_commands_processed")
        };
    }

    /**
     * @return the field, 0 where it is absent, and 0 for what wrapped below zero: Redis prints used_memory_dataset unsigned, and
     *     right after buffers grew its overhead can exceed what is used
     */
    private static long number(Map<String, String> info, String field) {
        String text = info.getOrDefault(field, "0");
        try {
            return text.startsWith("-")
                    ? Long.parseLong(text)
                    : Math.max(0, Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "INFO " + field + ": " + text + " (expected: a whole number)", e);
        }
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public void read(long[] into) {
        System.arraycopy(values, 0, into, 0, values.length);
    }

    @Override
    public long value(String name) {
        int at = NAMES.indexOf(name);
        return at < 0 ? 0 : values[at];
    }

    @Override
    public Replica replica(int listeningPort) {
        return null;
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            info.close();
            thread.join(1_000);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
