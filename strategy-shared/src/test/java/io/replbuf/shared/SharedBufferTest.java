package io.replbuf.shared;

import io.replbuf.buffer.OptionSet;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferContract;
import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract under each set of options that makes a difference. */
@ParameterizedClass
@MethodSource("optionSets")
class SharedBufferTest extends ReplicationBufferContract {
    private static final int MARGIN = 1000;

    @Parameter OptionSet set;

    static List<OptionSet> optionSets() {
        return List.of(
                // So small that most slices cross an edge.
                new OptionSet("small blocks", Map.of("repl-buffer-block-size", "256"), 256),
                new OptionSet(
                        "redis7",
                        Map.of("repl-buffer-rules", "redis7"),
                        SizedChain.capacityFor(1, 1)),
                new OptionSet(
                        "redis7's layout, all else ours",
                        Map.of("repl-buffer-block-layout", "redis7", "repl-buffer-trim-step", "0"),
                        SizedChain.capacityFor(1, 1)),
                new OptionSet(
                        "no neighbours, nothing given back",
                        Map.of(
                                "repl-buffer-block-size", "256",
                                "repl-buffer-neighbours", "no",
                                "repl-buffer-give-back", "no"),
                        256),
                new OptionSet(
                        "grace and age",
                        Map.of(
                                "repl-buffer-block-size", "256",
                                "repl-buffer-grace-seconds", "60",
                                "repl-buffer-grace-margin", Integer.toString(MARGIN),
                                "repl-buffer-grace-bytes", "64mb",
                                "repl-buffer-backlog-seconds", "3600"),
                        256 + MARGIN));
    }

    /** Few each, since the sets are many; all of them for the one that crosses most edges. */
    @Override
    protected int fixedSeeds() {
        return set.equals(optionSets().get(0)) ? super.fixedSeeds() : 2;
    }

    @Override
    protected ReplicationBufferFactory factory() {
        return new SharedBufferFactory();
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
    protected long liveBytes(ReplicationBuffer buffer) {
        return LiveObjects.bytes((SharedBuffer) buffer);
    }
}
