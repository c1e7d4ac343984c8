package io.replbuf.harness.load;

import io.replbuf.harness.scenario.Workload;
import io.replbuf.harness.stats.StallModel.Stall;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A real loader's decisions on a clock that jumps from event to event, and a server that serves one command at a time, each for the
 * same time, and stalls on a schedule. For one thread.
 */
public final class VirtualLoad implements LoadClock {
    private record Event(long at, long order, Runnable task) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparing(Event::order));
    private final LoadCore core;
    private final List<Stall> stalls;
    private final long periodNanos;
    private final long serviceNanos;
    private final Deque<Lane> queue = new ArrayDeque<>();
    private boolean serving;
    private long order;
    private long now;

    /**
     * @param periodNanos after which the stalls come again
     * @param serviceNanos of each command
     */
    public VirtualLoad(
            LoadOptions options, List<Stall> stalls, long periodNanos, long serviceNanos) {
        this.stalls = stalls;
        this.periodNanos = periodNanos;
        this.serviceNanos = serviceNanos;
        this.core = new LoadCore(options, this);
        for (int i = 0; i < options.connections(); i++) {
            new Link();
        }
    }

    /** Writes with intended times at this rate, on two connections. */
    public static LoadOptions open(Workload.Arrival arrival, double ratePerSecond, long seed) {
        return options(Workload.Mode.OPEN, arrival, ratePerSecond, 1, seed);
    }

    /** As many writes in flight as this, the next when a reply comes. */
    public static LoadOptions closed(int pipeline, long seed) {
        return options(Workload.Mode.CLOSED, Workload.Arrival.UNIFORM, 0, pipeline, seed);
    }

    private static LoadOptions options(
            Workload.Mode mode,
            Workload.Arrival arrival,
            double ratePerSecond,
            int pipeline,
            long seed) {
        int connections = mode == Workload.Mode.OPEN ? 2 : 1;
        return new LoadOptions(
                null, null, mode, arrival, ratePerSecond, 64, 100, connections, pipeline, 0, seed);
    }

    /** The way to the server takes no time. */
    private final class Link implements Wire {
        private final Lane lane = core.lane(this);

        @Override
        public boolean takesMore() {
            return true;
        }

        @Override
        public void write() {
            queue.add(lane);
        }

        @Override
        public void flush() {
            serve();
        }
    }

    private void serve() {
        if (serving || queue.isEmpty()) {
            return;
        }
        serving = true;
        schedule(this::served, untilServing() + serviceNanos);
    }

    private void served() {
        serving = false;
        core.answered(queue.remove(), now, null);
        core.turn();
        serve();
    }

    /** How long the stall still takes that the server is in, or 0. */
    private long untilServing() {
        long at = Math.floorMod(now, periodNanos);
        for (Stall stall : stalls) {
            long end = stall.startNanos() + stall.lengthNanos();
            if (at >= stall.startNanos() && at < end) {
                return end - at;
            }
        }
        return 0;
    }

    /** Begins at the clock's present time. */
    public void start() {
        core.start(now);
    }

    /** As many writes in flight on each connection as this, from the clock's present time; 0: by the schedule again. */
    void pipelined(int writes) {
        core.pipelined(writes);
    }

    /** Plays everything up to this time of the clock. */
    public void playUntil(long nanos) {
        while (!events.isEmpty() && events.peek().at() <= nanos) {
            Event next = events.remove();
            now = next.at();
            next.task().run();
        }
        now = nanos;
    }

    /** Ends the load and plays until every reply is here. */
    public void finish() {
        core.stop();
        while (!core.done().isDone()) {
            playUntil(events.element().at());
        }
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        events.add(new Event(now + delayNanos, order++, task));
    }

    public List<LatencyRecorder> recorders() {
        return List.of(core.response(), core.service(), core.delay());
    }
}
