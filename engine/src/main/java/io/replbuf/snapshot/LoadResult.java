package io.replbuf.snapshot;

/**
 * What a load has brought.
 *
 * @param keysLoaded {@code rdb_last_load_keys_loaded}
 * @param keysExpired {@code rdb_last_load_keys_expired}
 * @param bytes length of the RDB
 * @param aux what it said of itself
 */
public record LoadResult(long keysLoaded, long keysExpired, long bytes, RdbAux aux) {}
