package io.replbuf.snapshot;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * What a snapshot needs of the server around it.
 *
 * @param commandLoop runs tasks on the thread that owns the keyspace, in order
 * @param threads makes the one thread that serialises
 * @param keySaveDelayMicros {@code rdb-key-save-delay}, read for every key and while one is waited for: microseconds after
 *     each key, or if negative 1 µs after about every n-th
 * @param keptBytesMax {@code repl-snapshot-max-kept}: a snapshot for whose sake more memory is kept fails; 0: no limit
 */
public record SnapshotEnv(
        Executor commandLoop,
        ThreadFactory threads,
        LongSupplier keySaveDelayMicros,
        LongSupplier keptBytesMax) {}
