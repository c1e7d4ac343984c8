package io.replbuf.legacy;

import java.nio.ByteBuffer;

/**
 * A stretch of native memory that was taken from {@link ChunkMemory}.
 *
 * @param memory what the stretch lies in; absolute access only
 * @param position where it begins there
 * @param capacity its length in bytes
 * @param slot its number in an extent, for {@link ExtentMemory}
 */
record Piece(ByteBuffer memory, int position, int capacity, int slot) {
    /** This object: header, a reference and three numbers. */
    static final int BYTES = 32;
}
