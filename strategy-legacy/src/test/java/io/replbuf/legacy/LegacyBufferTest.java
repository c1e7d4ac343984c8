package io.replbuf.legacy;

import io.replbuf.buffer.OptionSet;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferContract;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract, with chunks so small that most slices end at an edge. The ring's size is exact. */
@ParameterizedClass
@MethodSource("optionSets")
class LegacyBufferTest extends ReplicationBufferContract {
    private static final String CHUNK_SIZE = "repl-buffer-chunk-size";

    @Parameter OptionSet set;

    static List<OptionSet> optionSets() {
        return List.of(
                new OptionSet("own allocations", Map.of(CHUNK_SIZE, "512"), 0),
                new OptionSet("pooled", Map.of(CHUNK_SIZE, "512", "repl-buffer-pooled", "yes"), 0));
    }

    @Override
    protected ReplicationBufferFactory factory() {
        return new LegacyBufferFactory();
    }

    @Override
    protected Map<String, String> options() {
        return set.options();
    }

    @Override
    protected long granularityBytes() {
        return set.granularityBytes();
    }

    @Override
    protected int fixedSeeds() {
        return 4;
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
