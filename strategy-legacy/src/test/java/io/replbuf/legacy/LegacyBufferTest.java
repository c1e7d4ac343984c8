package io.replbuf.legacy;

import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferContract;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.Map;

/** The contract, with chunks so small that most slices end at an edge. */
class LegacyBufferTest extends ReplicationBufferContract {
    static final int CHUNK_BYTES = 512;

    @Override
    protected ReplicationBufferFactory factory() {
        return new LegacyBufferFactory();
    }

    @Override
    protected Map<String, String> options() {
        return Map.of("repl-buffer-chunk-size", Integer.toString(CHUNK_BYTES));
    }

    /** The ring's size is exact. */
    @Override
    protected long granularityBytes() {
        return 0;
    }

    @Override
    protected boolean keepsContentOnResize() {
        return false;
    }

    @Override
    protected long liveBytes(ReplicationBuffer buffer) {
        return LiveObjects.bytes((LegacyBuffer) buffer);
    }

    @Override
    protected long uniqueBytes(ReplicationBuffer buffer) {
        return LiveObjects.distinctOffsets((LegacyBuffer) buffer);
    }
}
