package io.replbuf.harness.run;

import io.replbuf.harness.measure.CsvWriter;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.replica.SimulatedReplica;
import io.replbuf.harness.scenario.FaultEvent;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Does a cell's compiled events when their time has come, and writes {@code events.csv} of when that was. For one thread. */
final class EventPlayer implements Closeable {
    private final List<FaultEvent> events;
    private final List<SimulatedReplica> replicas;
    private final CsvWriter csv;
    private int next;

    EventPlayer(Path file, List<FaultEvent> events, List<SimulatedReplica> replicas)
            throws IOException {
        this.events = events;
        this.replicas = replicas;
        this.csv = new CsvWriter(file, RunFiles.EVENT_COLUMNS);
    }

    /** Milliseconds of the next event, or {@link Long#MAX_VALUE}. */
    long nextMillis() {
        return next == events.size() ? Long.MAX_VALUE : events.get(next).atMillis();
    }

    /** Does all events up to this time. */
    void play(long cellMillis) throws IOException {
        while (nextMillis() <= cellMillis) {
            FaultEvent event = events.get(next++);
            csv.write(cellMillis, event.replica(), event.action().word(), event.args());
            strike(replicas.get(event.replica()), event);
        }
    }

    private static void strike(SimulatedReplica replica, FaultEvent event) {
        switch (event.action()) {
            case CONNECT -> replica.connect();
            case RESUME_READER -> replica.resumeReader();
            case JOIN -> replica.join();
            case DISCONNECT -> replica.disconnect();
            case RESET_PEER -> replica.resetPeer();
            case LEAVE -> replica.leave();
            case PAUSE_READER -> replica.pauseReader();
            case SLOW_READER -> replica.slowReader(event.bytesPerSecond());
            default -> throw new IllegalStateException("action: " + event.action());
        }
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
