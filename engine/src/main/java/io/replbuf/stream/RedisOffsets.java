package io.replbuf.stream;

/**
 * The one place where our half-open offsets meet Redis' "last byte" offsets.
 *
 * <p>Redis says how many bytes there were: after 50 bytes {@code master_repl_offset}, {@code repl-offset} and {@code
 * endoffset} are 50, and a segment that begins with byte 51 has {@code startoffset} 50. We hold {@code nextOffset} 51
 * and {@code startOffset} 51.
 */
public final class RedisOffsets {
    private RedisOffsets() {}

    /** 51 to 50: what INFO, RDB aux fields, FULLRESYNC and manifests say. */
    public static long toRedis(long nextOffset) {
        return nextOffset - 1;
    }

    /** 50 to 51. */
    public static long fromRedis(long redisOffset) {
        return redisOffset + 1;
    }
}
