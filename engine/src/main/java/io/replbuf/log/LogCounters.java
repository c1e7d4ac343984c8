package io.replbuf.log;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the log counts; any thread. */
final class LogCounters {
    final AtomicLong writes = new AtomicLong();
    final AtomicLong fsyncs = new AtomicLong();

    /** Writes that waited two seconds for an fsync and then did not wait any longer: {@code aof_delayed_fsync}. */
    final AtomicLong delayedFsyncs = new AtomicLong();

    final AtomicLong errors = new AtomicLong();
    final AtomicLong droppedSegments = new AtomicLong();
    final AtomicLong restarts = new AtomicLong();

    /** Bytes of segments that are dropped but still open. */
    final AtomicLong deletedBytes = new AtomicLong();

    final AtomicInteger openFiles = new AtomicInteger();
    final AtomicInteger leases = new AtomicInteger();
}
