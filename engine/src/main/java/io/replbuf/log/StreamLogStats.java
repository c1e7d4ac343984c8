package io.replbuf.log;

/**
 * The log in numbers; offsets are half open, as everywhere.
 *
 * @param segments that can be read, a count
 * @param fileBytes all that the log has on disk
 * @param setAsideBytes of them in logs found at start
 * @param deletedBytes of them in files dropped and still being read
 * @param startOffset first offset that can be read
 * @param writtenOffset behind the last byte in a file
 * @param syncedOffset behind the last byte that survives a crash
 * @param lagBytes fed and not written yet
 * @param writes write calls, a count
 * @param fsyncs a count
 * @param delayedFsyncs writes that waited two seconds for an fsync and then went ahead, a count
 * @param errors of the disk, a count
 * @param droppedSegments by retention, a count
 * @param openFiles segment files that are open, a count
 * @param leases out at the moment, a count
 * @param holds of readers, a count
 * @param restarts in a new segment after a stop, a count
 * @param stoppedReason null while the log is being written
 */
public record StreamLogStats(
        int segments,
        long fileBytes,
        long setAsideBytes,
        long deletedBytes,
        long startOffset,
        long writtenOffset,
        long syncedOffset,
        long lagBytes,
        long writes,
        long fsyncs,
        long delayedFsyncs,
        long errors,
        long droppedSegments,
        int openFiles,
        int leases,
        int holds,
        long restarts,
        String stoppedReason) {}
