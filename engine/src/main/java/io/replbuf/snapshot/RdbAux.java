package io.replbuf.snapshot;

/**
 * What an RDB says of itself in its auxiliary fields.
 *
 * @param redisVer {@code redis-ver}; null: not in the file
 * @param redisBits {@code redis-bits}: 64 or 32; -1: not in the file
 * @param ctime {@code ctime}: Unix time of the save in seconds; -1: not in the file
 * @param usedMem {@code used-mem} in bytes; -1: not in the file
 * @param replStreamDb {@code repl-stream-db}: database selected in the replication stream at the cut; -1: none
 * @param replId {@code repl-id}: 40 hex digits; null: the writer could not vouch for a position in a stream
 * @param replOffset {@code repl-offset} as Redis counts, the number of bytes before the cut (see {@link
 *     io.replbuf.stream.RedisOffsets}); -1: none
 * @param aofBase {@code aof-base}, before version 10 {@code aof-preamble}: increments of an AOF follow this file
 */
public record RdbAux(
        String redisVer,
        int redisBits,
        long ctime,
        long usedMem,
        int replStreamDb,
        String replId,
        long replOffset,
        boolean aofBase) {

    /** A file that says nothing. */
    public static final RdbAux NONE = new RdbAux(null, -1, -1, -1, -1, null, -1, false);

    /** A plain save, without a position in a stream. */
    public static RdbAux of(String redisVer, long ctimeSeconds, long usedMem) {
        return new RdbAux(redisVer, Long.SIZE, ctimeSeconds, usedMem, -1, null, -1, false);
    }

    /** The same with a position: what replicas and restarts continue from. */
    public RdbAux withPosition(int streamDb, String replid, long redisOffset) {
        return new RdbAux(
                redisVer, redisBits, ctime, usedMem, streamDb, replid, redisOffset, aofBase);
    }

    public RdbAux withAofBase(boolean base) {
        return new RdbAux(
                redisVer, redisBits, ctime, usedMem, replStreamDb, replId, replOffset, base);
    }

    /** Whether the three fields that make a position are there. */
    public boolean hasPosition() {
        return replId != null && replOffset >= 0 && replStreamDb >= 0;
    }
}
