package io.replbuf.memory;

import java.nio.ByteBuffer;

/**
 * A stretch of native memory that is mapped as a whole and goes back whole.
 *
 * <p>Owned by whoever acquired it from {@link Extents}, until it is released there. Its content is not zeroed between
 * owners. Use absolute accesses or a {@link #slice}: the position of {@link #memory()} belongs to nobody.
 */
public final class Extent {
    /**
     * 32 MiB: above every allocator's threshold for mapping instead of carving, so that giving it back returns pages to
     * the operating system; with 1 MiB pieces the resident size stays at its peak.
     */
    public static final int BYTES = 32 << 20;

    private final ByteBuffer memory;

    Extent(ByteBuffer memory) {
        this.memory = memory;
    }

    /** The whole extent, big-endian like every fresh buffer; for absolute access only. */
    public ByteBuffer memory() {
        return memory;
    }

    /** An independent view of {@code length} bytes from {@code position}; valid until the extent is released. */
    public ByteBuffer slice(int position, int length) {
        return memory.slice(position, length);
    }
}
