package io.replbuf.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes on their way into a blocking channel: gathered in one direct buffer, checksummed as they leave it.
 *
 * <p>One thread. Everything passes through the buffer, also a value of 512 MB: a copy within the second-level cache costs
 * less than a second path would in clarity, and no single write is longer than the buffer.
 */
final class RdbOutput {
    /** Within the second-level cache of any server CPU, and a large write for a socket. */
    static final int BUFFER_BYTES = 128 << 10;

    private final WritableByteChannel target;
    private final boolean checksum;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long flushedBytes;
    private long crc;

    RdbOutput(WritableByteChannel target, boolean checksum) {
        this.target = target;
        this.checksum = checksum;
    }

    void writeByte(int value) throws IOException {
        reserve(1);
        buffer.put((byte) value);
    }

    void writeShortLittle(int value) throws IOException {
        reserve(Short.BYTES);
        buffer.putShort((short) value);
    }

    void writeIntLittle(int value) throws IOException {
        reserve(Integer.BYTES);
        buffer.putInt(value);
    }

    void writeLongLittle(long value) throws IOException {
        reserve(Long.BYTES);
        buffer.putLong(value);
    }

    /** A length in the shortest of its forms (see {@link RdbFormat}). */
    void writeLength(long length) throws IOException {
        reserve(1 + Long.BYTES);
        if (length < 1 << 6) {
            buffer.put((byte) length);
        } else if (length < 1 << 14) {
            buffer.put((byte) (RdbFormat.LENGTH_14_BITS << 6 | length >>> 8)).put((byte) length);
        } else if (length <= 0xFFFF_FFFFL) {
            buffer.put((byte) RdbFormat.LENGTH_32_BITS);
            buffer.putInt(Integer.reverseBytes((int) length));
        } else {
            buffer.put((byte) RdbFormat.LENGTH_64_BITS);
            buffer.putLong(Long.reverseBytes(length));
        }
    }

    /** All that remains in {@code bytes}, whose position stays. */
    void writeBytes(ByteBuffer bytes) throws IOException {
        int from = bytes.position();
        int end = bytes.limit();
        while (from < end) {
            int length = Math.min(end - from, buffer.remaining());
            buffer.put(buffer.position(), bytes, from, length);
            buffer.position(buffer.position() + length);
            from += length;
            if (from < end) {
                flush();
            }
        }
    }

    void writeBytes(byte[] bytes, int from, int end) throws IOException {
        while (from < end) {
            int length = Math.min(end - from, buffer.remaining());
            buffer.put(bytes, from, length);
            from += length;
            if (from < end) {
                flush();
            }
        }
    }

    /** Ends the RDB: the checksum of all bytes before it, or 0. */
    void writeChecksum() throws IOException {
        reserve(Long.BYTES);
        takeChecksum();
        buffer.putLong(crc);
        write();
    }

    void flush() throws IOException {
        takeChecksum();
        write();
    }

    /** Bytes written so far, those in the buffer included. */
    long position() {
        return flushedBytes + buffer.position();
    }

    private void reserve(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    private void takeChecksum() {
        if (checksum) {
            crc = Crc64.update(crc, buffer, 0, buffer.position());
        }
    }

    private void write() throws IOException {
        buffer.flip();
        flushedBytes += buffer.limit();
        while (buffer.hasRemaining()) {
            if (target.write(buffer) == 0) {
                throw new IOException(
                        "snapshot target took 0 of "
                                + buffer.remaining()
                                + " bytes (expected: a channel that blocks)");
            }
        }
        buffer.clear();
    }
}
