package io.replbuf.log;

import io.replbuf.memory.Account;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What the log lives in.
 *
 * @param nanoClock a monotonic clock, for fsync, retention and stalls
 * @param wallMillis what the ages of files found at start are told by; runs evenly from there on
 * @param account charged with the index; written on the log's thread
 * @param commandLoop the thread that owns the stream
 * @param files the disk
 * @param index a fresh index, closed by the log
 * @param listener told of syncs and of the end
 * @param threads who runs the log
 */
public record LogEnv(
        LongSupplier nanoClock,
        LongSupplier wallMillis,
        Account account,
        Executor commandLoop,
        LogFiles files,
        StreamIndex index,
        LogListener listener,
        LogThreads threads) {
    /** With real threads. */
    public LogEnv(
            LongSupplier nanoClock,
            LongSupplier wallMillis,
            Account account,
            Executor commandLoop,
            LogFiles files,
            StreamIndex index,
            LogListener listener) {
        this(
                nanoClock,
                wallMillis,
                account,
                commandLoop,
                files,
                index,
                listener,
                LogThreads.real());
    }

    /** Real disk, real clocks, index in memory. */
    public static LogEnv of(Account account, Executor commandLoop, LogListener listener) {
        return new LogEnv(
                System::nanoTime,
                ageClock(System::nanoTime, System::currentTimeMillis),
                account,
                commandLoop,
                LogFiles.onDisk(),
                StreamIndex.inMemory(),
                listener);
    }

    /** The wall clock as it was at start, moved on by the monotonic one: a step of the wall clock ages no file. */
    private static LongSupplier ageClock(LongSupplier nanoClock, LongSupplier wallMillis) {
        long startMillis = wallMillis.getAsLong();
        long startNanos = nanoClock.getAsLong();
        return () ->
                startMillis + TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - startNanos);
    }

    /** The same with another index. */
    public LogEnv with(StreamIndex other) {
        return new LogEnv(
                nanoClock, wallMillis, account, commandLoop, files, other, listener, threads);
    }

    /**
     * The same by other clocks.
     *
     * @param timeOfDayMillis is looked at here and now, and never again
     */
    public LogEnv by(LongSupplier otherNanoClock, LongSupplier timeOfDayMillis) {
        return new LogEnv(
                otherNanoClock,
                ageClock(otherNanoClock, timeOfDayMillis),
                account,
                commandLoop,
                files,
                index,
                listener,
                threads);
    }

    /** The same on another disk. */
    public LogEnv on(LogFiles disk) {
        return new LogEnv(
                nanoClock, wallMillis, account, commandLoop, disk, index, listener, threads);
    }
}
