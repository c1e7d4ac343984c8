package io.replbuf.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/**
 * RDB bytes out of a blocking channel, with their offset and their checksum.
 *
 * <p>One thread. It reads ahead, up to its buffer. Every read says what it wants, so that an end of file can be
 * reported with place and expectation.
 */
final class RdbInput {
    private static final int BUFFER_BYTES = 128 << 10;

    private final ReadableByteChannel source;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long bufferOffset;
    private int checksummedTo;
    private long crc;

    RdbInput(ReadableByteChannel source) {
        this.source = source;
    }

    /** Offset of the next byte, from the beginning of the RDB. */
    long offset() {
        return bufferOffset + buffer.position();
    }

    int readByte(String what) throws IOException {
        require(1, what);
        return buffer.get() & 0xFF;
    }

    int readIntLittle(String what) throws IOException {
        require(Integer.BYTES, what);
        return buffer.getInt();
    }

    int readShortLittle(String what) throws IOException {
        require(Short.BYTES, what);
        return buffer.getShort();
    }

    long readLongLittle(String what) throws IOException {
        require(Long.BYTES, what);
        return buffer.getLong();
    }

    /**
     * Fills {@code to[from, end)}.
     *
     * @param wantedEnd where the whole item would end, of which this is a part: for the message only
     */
    void readBytes(byte[] to, int from, int end, int wantedEnd, String what) throws IOException {
        while (from < end) {
            if (!buffer.hasRemaining()) {
                require(1, what, wantedEnd - from);
            }
            int length = Math.min(end - from, buffer.remaining());
            buffer.get(to, from, length);
            from += length;
        }
    }

    /** The checksum of every byte read so far. */
    long checksum() {
        crc = Crc64.update(crc, buffer, checksummedTo, buffer.position());
        checksummedTo = buffer.position();
        return crc;
    }

    /** What was read ahead and not consumed; a view, valid until the next read. */
    ByteBuffer readAhead() {
        return buffer.slice();
    }

    private void require(int bytes, String what) throws IOException {
        if (buffer.remaining() < bytes) {
            require(bytes, what, bytes);
        }
    }

    private void require(int bytes, String what, int wanted) throws IOException {
        checksum();
        bufferOffset += buffer.position();
        buffer.compact();
        checksummedTo = 0;
        while (buffer.position() < bytes) {
            int count = source.read(buffer);
            if (count < 0) {
                int left = buffer.position();
                buffer.flip();
                throw new RdbFormatException(
                        bufferOffset + left, what, "end of file", (wanted - left) + " more bytes");
            }
            if (count == 0) {
                buffer.flip();
                throw new IOException(
                        "snapshot source gave 0 bytes at RDB offset "
                                + offset()
                                + " (expected: a channel that blocks)");
            }
        }
        buffer.flip();
    }
}
