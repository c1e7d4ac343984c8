package io.replbuf.harness.replica;

import java.nio.ByteBuffer;

/** Sees the bytes of the stream as a replica reads them; called on the fleet's event loop. */
interface StreamWatcher {
    /** Bytes {@code [from, to)} have come; position and limit are to be left as they are. */
    void stream(ByteBuffer bytes, int from, int to);
}
