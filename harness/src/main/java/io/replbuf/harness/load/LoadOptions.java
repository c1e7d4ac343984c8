package io.replbuf.harness.load;

import io.replbuf.harness.scenario.Workload;
import java.net.InetSocketAddress;

/**
 * What a {@link Loader} writes, to whom and when.
 *
 * @param address of the server
 * @param password for AUTH, or null
 * @param mode open: writes have intended times; closed: the next write waits for a reply
 * @param arrival spacing of intended times; open mode only
 * @param ratePerSecond writes a second over all connections; open mode only
 * @param valueBytes payload of each write
 * @param keys size of the keyspace
 * @param connections that share the load
 * @param pipeline writes in flight per connection; closed mode only
 * @param count after so many writes the loader is done; 0 for no end. Keys are then written in order, each once
 * @param seed of keys and payload
 */
public record LoadOptions(
        InetSocketAddress address,
        String password,
        Workload.Mode mode,
        Workload.Arrival arrival,
        double ratePerSecond,
        int valueBytes,
        int keys,
        int connections,
        int pipeline,
        long count,
        long seed) {

    /** The load of a cell. */
    public static LoadOptions of(
            Workload workload, InetSocketAddress address, String password, long seed) {
        return new LoadOptions(
                address,
                password,
                workload.mode(),
                workload.arrival(),
                workload.ratePerSecond() == null ? 0 : workload.ratePerSecond(),
                Math.toIntExact(workload.valueBytes()),
                workload.keys(),
                workload.connections(),
                workload.pipeline(),
                0,
                seed);
    }

    /** Writes every key once, as fast as the server takes them. */
    public static LoadOptions preload(
            Workload workload, InetSocketAddress address, String password, long seed) {
        int pipeline = (int) Math.max(1, Math.min(256, (1 << 20) / workload.valueBytes()));
        return new LoadOptions(
                address,
                password,
                Workload.Mode.CLOSED,
                workload.arrival(),
                0,
                Math.toIntExact(workload.valueBytes()),
                workload.keys(),
                2,
                pipeline,
                workload.keys(),
                seed);
    }
}
