package io.replbuf.harness.replica;

/**
 * What the stream really was, told by somebody other than the replica under test: a CRC32C for each chunk of 4096 bytes.
 *
 * <p>Chunk {@code k} holds the offsets {@code 4096 k + 1} to {@code 4096 (k + 1)}. Any thread may ask.
 */
public interface StreamTruth {
    /** Bytes of a chunk. */
    int CHUNK_BYTES = 4096;

    /** Who tells: tap or control. */
    String source();

    /** Chunks below this number are known. */
    long completeChunks();

    /** Checksum of a chunk below {@link #completeChunks}. */
    int crc(long chunk);

    /** The open chunk. Only worth asking once the stream rests. */
    Tail tail();

    /** False once the teller itself has lost its thread; then nothing can be compared any more. */
    boolean intact();

    /**
     * The end of the stream.
     *
     * @param offset of the last byte, in Redis' sense
     * @param crc of the bytes of the chunk that it is in, 0 when the chunk is empty
     */
    record Tail(long offset, int crc) {}
}
