package io.replbuf.server;

import io.replbuf.log.LogFiles;
import io.replbuf.snapshot.SnapshotFiles;
import java.util.function.LongSupplier;

/**
 * What a server lives in; handed in, so that tests hand in a disk that fails, or clocks of their own.
 *
 * @param logFiles the disk of the stream's log
 * @param snapshotFiles the disk of RDB files
 * @param nanoClock a monotonic clock, for everything that has a duration
 * @param wallMillis the time of day in Unix milliseconds, for dates; it may step
 */
record ServerEnv(
        LogFiles logFiles,
        SnapshotFiles snapshotFiles,
        LongSupplier nanoClock,
        LongSupplier wallMillis) {
    /** Real disk, real clocks. */
    static ServerEnv real() {
        return new ServerEnv(
                LogFiles.onDisk(),
                SnapshotFiles.onDisk(),
                System::nanoTime,
                System::currentTimeMillis);
    }

    ServerEnv with(LogFiles disk) {
        return new ServerEnv(disk, snapshotFiles, nanoClock, wallMillis);
    }

    ServerEnv with(SnapshotFiles disk) {
        return new ServerEnv(logFiles, disk, nanoClock, wallMillis);
    }

    ServerEnv with(LongSupplier otherNanoClock, LongSupplier otherWallMillis) {
        return new ServerEnv(logFiles, snapshotFiles, otherNanoClock, otherWallMillis);
    }
}
