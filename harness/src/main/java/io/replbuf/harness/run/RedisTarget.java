package io.replbuf.harness.run;

import io.replbuf.harness.measure.RedisCounters;
import io.replbuf.harness.measure.ServerCounters;
import io.replbuf.harness.replica.StreamTruth;
import io.replbuf.harness.scenario.Cell;
import io.replbuf.harness.scenario.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real redis-server or valkey-server, started by a command for this cell, or running at an address. */
final class RedisTarget implements TargetServer {
    private final ServerProcess process;
    private final InetSocketAddress address;
    private final ServerCounters counters;

    private RedisTarget(ServerProcess process, InetSocketAddress address) throws IOException {
        this.process = process;
        this.address = address;
        this.counters = new RedisCounters(address, null);
    }

    static RedisTarget start(Cell cell, Path folder, Path log)
            throws IOException, InterruptedException {
        Target target = cell.target();
        if (target.address() != null) {
            return new RedisTarget(null, parse(target.address()));
        }
        List<String> command = new ArrayList<>(target.confinement());
        command.addAll(List.of(target.command().trim().split("\\s+")));
        ServerProcess process = ServerProcess.start(command, cell.directives(), folder, log);
        try {
            return new RedisTarget(process, process.address());
        } catch (IOException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private static InetSocketAddress parse(String address) throws UnknownHostException {
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("address: " + address + " (expected: host:port)");
        }
        return new InetSocketAddress(
                InetAddress.getByName(address.substring(0, colon)), Integer.parseInt(port));
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public long pid() {
        return process == null ? -1 : process.pid();
    }

    @Override
    public boolean isAccountable() {
        return false;
    }

    @Override
    public ServerCounters counters() {
        return counters;
    }

    @Override
    public StreamTruth tap() {
        return null;
    }

    @Override
    public String death() {
        return process == null ? null : process.death();
    }

    @Override
    public void close() {
        counters.close();
        if (process != null) {
            process.close();
        }
    }
}
