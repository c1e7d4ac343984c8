package io.replbuf.buffer;

import java.util.Map;

/**
 * A way to configure a strategy, for a contract that runs once with each of several.
 *
 * <pre>{@code
 * @ParameterizedClass
 * @MethodSource("optionSets")
 * class MyBufferTest extends ReplicationBufferContract {
 *     static List<OptionSet> optionSets() { ... }
 *
 *     @Parameter OptionSet set;
 *
 *     protected Map<String, String> options() { return set.options(); }
 *     protected long granularityBytes() { return set.granularityBytes(); }
 * }
 * }</pre>
 *
 * @param name for the report
 * @param options by the names that the factory describes
 * @param granularityBytes as {@link BufferContractBase#granularityBytes}
 */
public record OptionSet(String name, Map<String, String> options, long granularityBytes) {
    @Override
    public String toString() {
        return name;
    }
}
