package io.replbuf.buffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Reads a cursor as a sender would and compares every byte with the model: when a slice is handed out, and again when the
 * socket has taken it, since by then somebody may have recycled its memory.
 *
 * <p>For the cursor's loop; {@link #cursor} for the command loop, too.
 */
public final class ModelReader {
    private final ReplicaCursor cursor;
    private final ByteModel model;
    private long offset;
    private ByteBuffer memory;
    private FileSlice file;

    public ModelReader(ReplicaCursor cursor, ByteModel model) {
        this.cursor = cursor;
        this.model = model;
        this.offset = cursor.offset();
    }

    public ReplicaCursor cursor() {
        return cursor;
    }

    /** Offset of the next byte to be read. */
    public long offset() {
        return offset;
    }

    public boolean sending() {
        return memory != null || file != null;
    }

    /** Bytes of the slice in hand. */
    public int sendingBytes() {
        return memory != null ? memory.remaining() : file != null ? file.count() : 0;
    }

    /** Bytes of the slice in hand that lie in memory. */
    public int sendingFromMemory() {
        return memory == null ? 0 : memory.remaining();
    }

    /**
     * Takes a slice, as a send does that has begun.
     *
     * @return its bytes, 0 if there was none
     */
    public int begin(int maxBytes) {
        if (sending()) {
            throw new IllegalStateException("a send is under way");
        }
        memory = cursor.next(maxBytes);
        if (memory == null) {
            file = cursor.nextFile(maxBytes);
        }
        if (!sending()) {
            return 0;
        }
        int bytes = sendingBytes();
        if (bytes < 1 || bytes > maxBytes) {
            throw new AssertionError(
                    "slice: " + bytes + " bytes (expected: 1 to " + maxBytes + ")");
        }
        compare();
        return bytes;
    }

    /** The socket took {@code bytes} of the slice. */
    public void finish(int bytes) {
        compare();
        memory = null;
        if (file != null) {
            file.close();
            file = null;
        }
        cursor.advance(bytes);
        offset += bytes;
        if (cursor.offset() != offset) {
            throw new AssertionError("offset: " + cursor.offset() + " (expected: " + offset + ")");
        }
    }

    /** One whole send; returns the bytes it took. */
    public int read(int maxBytes) {
        int bytes = begin(maxBytes);
        if (bytes > 0) {
            finish(bytes);
        }
        return bytes;
    }

    /** Everything there is at the moment; returns the offset reached. */
    public long readAll(int maxBytes) {
        while (read(maxBytes) > 0) {
            continue;
        }
        return offset;
    }

    /** Compares the slice of a send that is under way once more. */
    public void recheck() {
        if (sending() && !cursor.released()) {
            compare();
        }
    }

    private void compare() {
        if (memory != null) {
            model.check(offset, memory);
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(file.count());
        try {
            while (bytes.hasRemaining()) {
                int read = file.channel().read(bytes, file.position() + bytes.position());
                if (read < 0) {
                    throw new AssertionError(
                            "file slice of "
                                    + file.count()
                                    + " bytes ends after "
                                    + bytes.position());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        model.check(offset, bytes.flip());
    }
}
