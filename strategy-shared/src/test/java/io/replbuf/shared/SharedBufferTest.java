package io.replbuf.shared;

import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferContract;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.Map;

/** The contract, with blocks so small that most slices cross an edge. */
class SharedBufferTest extends ReplicationBufferContract {
    static final int BLOCK_BYTES = 256;

    @Override
    protected ReplicationBufferFactory factory() {
        return new SharedBufferFactory();
    }

    @Override
    protected Map<String, String> options() {
        return Map.of("repl-buffer-block-size", Integer.toString(BLOCK_BYTES));
    }

    @Override
    protected long granularityBytes() {
        return BLOCK_BYTES;
    }

    @Override
    protected long liveBytes(ReplicationBuffer buffer) {
        return LiveObjects.bytes((SharedBuffer) buffer);
    }
}
