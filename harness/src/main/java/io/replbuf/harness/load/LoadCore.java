package io.replbuf.harness.load;

import io.replbuf.harness.scenario.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A loader's decisions: what is due, which connection takes it, and what a reply is recorded as.
 *
 * <p>In open loop a write that the server would not take in time stays in the schedule and is sent late: its response time counts from
 * when it was meant to start, its service time from when it was sent. What the loader itself is late by, while it could have sent,
 * is a third histogram. It knows neither sockets nor a clock of its own, so that a test can run the very same decisions against a
 * server whose stalls are known. Loader's thread only, but for the getters and {@link #done}.
 */
final class LoadCore {
    /** Open loop: commands in flight per connection, enough for 100 ms at 40,000 a second. */
    private static final int OPEN_WINDOW = 4_096;

    /** Wake-ups closer than this cost more than they are worth: at 40,000 a second, four writes share one. */
    private static final long TICK_NANOS = 100_000;

    /** How many writes one turn may send before it lets replies in. */
    private static final int TURN_MAX = 512;

    private final LoadOptions options;
    private final LoadClock clock;
    private final List<Lane> lanes = new ArrayList<>();
    private final LatencyRecorder response = new LatencyRecorder("client.response");
    private final LatencyRecorder service = new LatencyRecorder("client.service");
    private final LatencyRecorder delay = new LatencyRecorder("loader.delay");
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Schedule schedule;
    private boolean begun;
    private boolean running;
    private boolean tickScheduled;
    private boolean inTurn;

    /**
     * From when the server had no room until the schedule is caught up with. What is due then is late on the server's account; the
     * loader's share is only the time since it could last have sent.
     */
    private boolean catchingUp;

    private long couldSendSince;

    private boolean blocked;
    private int nextLane;

    /** In a phase without load. */
    private boolean resting;

    /** Writes in flight per connection while the schedule is left; 0 while it is followed. */
    private int pipelined;

    /** While a replica is further behind than the limit. */
    private boolean waitingForReplicas;

    private volatile long sent;
    private volatile long answered;
    private volatile long errors;
    private volatile String firstError;
    private volatile String failure;

    LoadCore(LoadOptions options, LoadClock clock) {
        this.options = options;
        this.clock = clock;
    }

    /** One more connection; before {@link #start}. */
    Lane lane(Wire wire) {
        boolean open = options.mode() == Workload.Mode.OPEN;
        Lane lane = new Lane(wire, open ? OPEN_WINDOW : options.pipeline());
        lanes.add(lane);
        return lane;
    }

    /** Begins; in open loop the first write is meant to start at this time of the clock. */
    void start(long startNanos) {
        if (followsSchedule()) {
            schedule = schedule(startNanos);
        }
        running = true;
        begun = true;
        turn();
    }

    /** Sends nothing more; replies to what is in flight are still taken. */
    void stop() {
        begun = true;
        running = false;
        finishIfIdle();
    }

    /** As {@link #stop}, without waiting for replies. */
    void abandon() {
        running = false;
    }

    /** Sends nothing until told otherwise, and then goes on from the moment of being told: what was not asked for is not late. */
    void rest(boolean still) {
        resting = still;
        goOn();
    }

    /** Sends nothing while a replica is further behind than {@code limitBytes}, until it is less than half of that behind. */
    void look(long lagBytes, long limitBytes) {
        boolean tooFar = lagBytes > (waitingForReplicas ? limitBytes / 2 : limitBytes);
        if (tooFar != waitingForReplicas) {
            waitingForReplicas = tooFar;
            goOn();
        }
    }

    /** So many writes in flight per connection, each sent when a reply makes room; 0 goes back to the schedule. Open loop only. */
    void pipelined(int writes) {
        pipelined = writes;
        for (Lane lane : lanes) {
            lane.limit(writes == 0 ? OPEN_WINDOW : writes);
        }
        schedule = null;
        goOn();
    }

    private boolean followsSchedule() {
        return options.mode() == Workload.Mode.OPEN && pipelined == 0;
    }

    private void goOn() {
        if (!running || resting || waitingForReplicas) {
            return;
        }
        if (followsSchedule()) {
            schedule = schedule(clock.nanoTime());
        }
        blocked = false;
        catchingUp = false;
        turn();
    }

    private Schedule schedule(long startNanos) {
        return new Schedule(options.arrival(), options.ratePerSecond(), options.seed(), startNanos);
    }

    /** Sends what is due and fits. Called on time, after replies, and when a wire takes writes again. */
    void turn() {
        if (inTurn) {
            return;
        }
        if (!running) {
            finishIfIdle();
            return;
        }
        if (resting || waitingForReplicas) {
            return;
        }
        inTurn = true;
        long now = clock.nanoTime();
        int budget = TURN_MAX;
        while (budget-- > 0 && running) {
            long intended = schedule == null ? now : schedule.next();
            if (intended - now > 0) {
                catchingUp = false;
                break;
            }
            Lane lane = withRoom();
            if (lane == null) {
                blocked = true;
                catchingUp = true;
                break;
            }
            if (blocked) {
                blocked = false;
                couldSendSince = now;
            }
            send(lane, intended, now);
            now = clock.nanoTime();
        }
        for (Lane lane : lanes) {
            lane.flush();
        }
        inTurn = false;
        if (running && !blocked) {
            scheduleTick(now);
        }
        finishIfIdle();
    }

    private void send(Lane lane, long intended, long now) {
        lane.send(intended, now);
        if (schedule != null) {
            schedule.advance();
            delay.record(now - (catchingUp ? Math.max(intended, couldSendSince) : intended));
            couldSendSince = now;
        }
        if (++sent == options.count()) {
            running = false;
        }
    }

    private Lane withRoom() {
        for (int i = 0; i < lanes.size(); i++) {
            Lane lane = lanes.get(nextLane);
            nextLane = (nextLane + 1) % lanes.size();
            if (lane.hasRoom()) {
                return lane;
            }
        }
        return null;
    }

    private void scheduleTick(long now) {
        if (tickScheduled) {
            return;
        }
        tickScheduled = true;
        long due = schedule == null ? 0 : schedule.next() - now;
        Runnable tick =
                () -> {
                    tickScheduled = false;
                    turn();
                };
        if (due <= 0) {
            // The turn's budget is used up and more is due: replies first.
            clock.execute(tick);
        } else {
            clock.schedule(tick, Math.max(due, TICK_NANOS));
        }
    }

    /**
     * The oldest write of a lane has its reply.
     *
     * @param now when the reply was read
     * @param errorLine null for +OK
     */
    void answered(Lane lane, long now, String errorLine) {
        if (lane.inFlight() == 0) {
            String line = errorLine == null ? "+OK" : errorLine;
            fail("a reply to nothing: " + line + " (expected: one for each command)");
            return;
        }
        answered++;
        response.record(now - lane.oldestIntended());
        service.record(now - lane.oldestSent());
        lane.removeOldest();
        if (errorLine != null && errors++ == 0) {
            firstError = errorLine;
        }
    }

    /** The load broke down. */
    void fail(String why) {
        if (failure == null) {
            failure = "loader: " + why;
        }
        running = false;
        done.completeExceptionally(new IOException(failure));
    }

    private void finishIfIdle() {
        if (running || !begun) {
            return;
        }
        for (Lane lane : lanes) {
            if (lane.inFlight() > 0) {
                return;
            }
        }
        done.complete(null);
    }

    /** Completes when stopped, or when its count is sent, and all replies are here; fails when the load broke down. */
    CompletableFuture<Void> done() {
        return done;
    }

    LatencyRecorder response() {
        return response;
    }

    LatencyRecorder service() {
        return service;
    }

    LatencyRecorder delay() {
        return delay;
    }

    long sent() {
        return sent;
    }

    long answered() {
        return answered;
    }

    long errors() {
        return errors;
    }

    String firstError() {
        return firstError;
    }

    String failure() {
        return failure;
    }
}
