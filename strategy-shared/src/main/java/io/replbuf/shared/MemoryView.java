package io.replbuf.shared;

import java.nio.ByteBuffer;

/** A loop's own view of the extent that it reads, made anew once an extent and not once a slice. */
final class MemoryView {
    private ByteBuffer view;
    private ByteBuffer viewed;

    /**
     * @param memory null if its extent has gone meanwhile
     * @return {@code [position, position + bytes)} of it, as far as it goes; null without memory
     */
    ByteBuffer of(ByteBuffer memory, int position, int bytes) {
        if (memory != viewed) {
            viewed = memory;
            view = memory == null ? null : memory.duplicate();
        }
        return view == null
                ? null
                : view.limit(Math.min(position + bytes, view.capacity())).position(position);
    }

    void letGo() {
        view = null;
        viewed = null;
    }
}
