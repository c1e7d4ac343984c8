package io.replbuf.resp;

import io.netty.buffer.ByteBuf;

/**
 * Where a command writes its answer, in the protocol version that its client speaks. Command loop only.
 *
 * <p>Arrays and maps announce their length first, as on the wire; the elements follow as further calls.
 */
public interface Reply {
    /** {@code +OK} and the like. */
    void simple(String text);

    /** {@code -ERR …}; {@code text} begins with the error's code, e.g. {@code "ERR syntax error"}. */
    void error(String text);

    void integer(long value);

    /** A null bulk string; {@code _} in RESP3. */
    void nullBulk();

    /** A null array; {@code _} in RESP3. */
    void nullArray();

    void bulk(byte[] bytes);

    /** Text of a char per byte. */
    void bulk(String text);

    /** Copies {@code length} bytes of {@code source} from {@code index} on. */
    void bulk(ByteBuf source, int index, int length);

    /** Copies the remaining bytes of {@code source}, whose position it leaves alone. */
    void bulk(java.nio.ByteBuffer source);

    /**
     * One bulk string out of several parts, whose positions it leaves alone. Joins them on the heap unless overridden.
     *
     * @param length sum of the parts
     */
    default void bulk(java.nio.ByteBuffer[] parts, int length) {
        java.nio.ByteBuffer joined = java.nio.ByteBuffer.allocate(length);
        for (java.nio.ByteBuffer part : parts) {
            joined.put(part.duplicate());
        }
        bulk(joined.flip());
    }

    void array(int length);

    /** A map of {@code pairs} pairs; a flat array in RESP2. */
    void map(int pairs);

    /** INFO and the like: verbatim text in RESP3, a bulk string in RESP2. */
    void verbatim(String text);

    /** A double; a bulk string in RESP2. */
    void real(double value);

    /** 2 or 3. */
    int protocol();
}
