package io.replbuf.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads lengths and strings of an RDB in all their encodings, within bounds.
 *
 * <p>One thread. A string is read into one array that is used again for the next. The array grows as bytes really arrive,
 * so that a corrupt length of half a gigabyte meets the end of the file, not the end of the heap; after a large value
 * it is given up.
 */
final class RdbStrings {
    /** Allocated on a length's word alone, and kept from string to string. */
    private static final int TRUSTED_BYTES = 1 << 20;

    private final RdbInput in;
    private final int stringBytesMax;
    private byte[] content = new byte[1024];
    private byte[] block = new byte[0];
    private int contentBytes;

    RdbStrings(RdbInput in, int stringBytesMax) {
        this.in = in;
        this.stringBytesMax = stringBytesMax;
    }

    /** Reads a string as an array of its own. */
    byte[] readOwned(String what) throws IOException {
        read(what);
        return Arrays.copyOf(content, contentBytes);
    }

    String readText(String what) throws IOException {
        read(what);
        return new String(content, 0, contentBytes, StandardCharsets.ISO_8859_1);
    }

    /** Reads a string; valid until the next one is read. */
    ByteBuffer readShared(String what) throws IOException {
        read(what);
        return ByteBuffer.wrap(content, 0, contentBytes);
    }

    /** Reads a length that is no encoded string. */
    long readLength(String what, long max) throws IOException {
        long offset = in.offset();
        int first = in.readByte(what);
        return readLength(what, first, offset, max);
    }

    /** Reads a number that is stored as a length and may have all of its 64 bits. */
    long readUnsigned(String what) throws IOException {
        long offset = in.offset();
        return readBits(what, in.readByte(what), offset);
    }

    private long readLength(String what, int first, long offset, long max) throws IOException {
        long length = readBits(what, first, offset);
        if (length < 0 || length > max) {
            throw new RdbFormatException(
                    offset, what, "length " + Long.toUnsignedString(length), "<= " + max);
        }
        return length;
    }

    private long readBits(String what, int first, long offset) throws IOException {
        if (first >>> 6 == RdbFormat.LENGTH_6_BITS) {
            return first & 0x3F;
        } else if (first >>> 6 == RdbFormat.LENGTH_14_BITS) {
            return (first & 0x3F) << 8 | in.readByte(what);
        } else if (first == RdbFormat.LENGTH_32_BITS) {
            return Integer.reverseBytes(in.readIntLittle(what)) & 0xFFFF_FFFFL;
        } else if (first == RdbFormat.LENGTH_64_BITS) {
            return Long.reverseBytes(in.readLongLittle(what));
        }
        throw new RdbFormatException(
                offset, what, String.format("length byte 0x%02x", first), "0x00 to 0x81");
    }

    private void read(String what) throws IOException {
        if (content.length > TRUSTED_BYTES) {
            content = new byte[TRUSTED_BYTES];
        }
        long offset = in.offset();
        int first = in.readByte(what);
        switch (first) {
            case RdbFormat.ENCODED_INT_8 -> number((byte) in.readByte(what));
            case RdbFormat.ENCODED_INT_16 -> number((short) in.readShortLittle(what));
            case RdbFormat.ENCODED_INT_32 -> number(in.readIntLittle(what));
            case RdbFormat.ENCODED_LZF -> readCompressed(what, offset);
            default -> {
                if (first >>> 6 == RdbFormat.LENGTH_ENCODED) {
                    throw new RdbFormatException(
                            offset,
                            what,
                            String.format("string encoding 0x%02x", first),
                            "c0 to c3, or a length");
                }
                int length = (int) readLength(what, first, offset, stringBytesMax);
                content = readGrowing(content, length, what);
                contentBytes = length;
            }
        }
    }

    private void number(int value) {
        byte[] digits = Integer.toString(value).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, content, 0, digits.length);
        contentBytes = digits.length;
    }

    private void readCompressed(String what, long offset) throws IOException {
        int blockBytes = (int) readLength(what, stringBytesMax);
        long lengthOffset = in.offset();
        int length = (int) readLength(what, stringBytesMax);
        long most = (long) blockBytes * LzfDecoder.EXPANSION_MAX;
        if (length == 0 || length > most) {
            throw new RdbFormatException(
                    lengthOffset,
                    what,
                    "LZF content of " + length + " bytes",
                    "1 to " + most + " from a block of " + blockBytes);
        }
        block = readGrowing(block, blockBytes, what);
        if (content.length < length) {
            content = resized(new byte[0], length, what);
        }
        try {
            LzfDecoder.decode(block, blockBytes, content, length);
        } catch (LzfDecoder.CorruptBlockException e) {
            throw new RdbFormatException(offset, what + ": " + e.getMessage());
        }
        contentBytes = length;
        if (block.length > TRUSTED_BYTES) {
            block = new byte[0];
        }
    }

    /** Fills the beginning of an array with bytes of the file; answers it, or the larger one that took its place. */
    private byte[] readGrowing(byte[] array, int length, String what) throws IOException {
        byte[] to = array;
        int have = 0;
        while (have < length) {
            int next = (int) Math.min(length, Math.max(TRUSTED_BYTES, 2L * have));
            if (to.length < next) {
                to = resized(to, next, what);
            }
            in.readBytes(to, have, next, length, what);
            have = next;
        }
        return to;
    }

    private byte[] resized(byte[] array, int length, String what) throws IOException {
        try {
            return Arrays.copyOf(array, length);
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    "RDB offset "
                            + in.offset()
                            + ": "
                            + what
                            + ": "
                            + length
                            + " bytes (expected: what the Java heap can hold, see -Xmx)",
                    e);
        }
    }
}
