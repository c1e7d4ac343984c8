package io.replbuf.server;

import io.netty.util.concurrent.Future;
import io.replbuf.snapshot.LoadResult;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * While the data set is loaded: what INFO says of it, and the load's slices.
 *
 * <p>The load belongs to the command loop as all of the data set does. Its slices are tasks of the loop, each scheduled by the
 * one before rather than executed, since the loop looks at its sockets before it takes a scheduled task: so clients are answered
 * between any two. Going round costs 20 µs or so, for slices of 10 ms.
 */
final class LoadingState {
    /** A load that takes no longer costs clients that connect meanwhile this moment, and not an error. */
    private static final long SLOW_MILLIS = 100;

    private final CommandLoop server;

    /** A date; beside it the same moment on the clock of durations. */
    private final long startMillis;

    private final long startTick;

    /** Null before it is known what is to be loaded. */
    private DataLoad load;

    private Runnable slow;
    private long runTick;
    private Consumer<StartException> ended;
    private Future<?> next;

    LoadingState(CommandLoop server) {
        this.server = server;
        startMillis = server.nowMillis();
        startTick = server.tickMillis();
    }

    /**
     * Begins to load.
     *
     * @param load closed at the end
     * @param slow runs after each slice from {@link #SLOW_MILLIS} on
     * @param ended told at the end, in a turn: null, or why it could not be loaded; not told after {@link #stop}
     */
    void run(DataLoad load, Runnable slow, Consumer<StartException> ended) {
        this.load = load;
        this.slow = slow;
        runTick = server.tickMillis();
        this.ended = ended;
        goOn();
    }

    /** Ends the load where it is. */
    void stop() {
        if (next != null) {
            next.cancel(false);
            close();
        }
    }

    private void goOn() {
        next = server.loop().schedule(this::slice, 1, TimeUnit.NANOSECONDS);
    }

    private void slice() {
        StartException problem = null;
        try {
            if (!load.step()) {
                if (server.tickMillis() - runTick > SLOW_MILLIS) {
                    slow.run();
                }
                goOn();
                return;
            }
        } catch (StartException e) {
            problem = e;
        } catch (Throwable e) {
            // A task's own would end in a future without a reader.
            server.fail(e);
            return;
        }
        StartException outcome = problem;
        close();
        server.turn(() -> ended.accept(outcome));
    }

    private void close() {
        next = null;
        load.close();
    }

    void info(InfoFields fields) {
        long total = load == null ? 0 : load.totalBytes();
        long loaded = load == null ? 0 : load.loadedBytes();
        LoadResult rdb = load == null ? null : load.result();
        long seconds = TimeUnit.MILLISECONDS.toSeconds(server.tickMillis() - startTick);
        fields.put("loading_start_time", TimeUnit.MILLISECONDS.toSeconds(startMillis))
                .put("loading_total_bytes", total)
                .put("loading_rdb_used_mem", rdb == null ? 0 : Math.max(0, rdb.aux().usedMem()))
                .put("loading_loaded_bytes", loaded)
                .real("loading_loaded_perc", total == 0 ? 0 : 100.0 * loaded / total)
                // As Redis, which says 1 before the first second is over.
                .put(
                        "loading_eta_seconds",
                        seconds == 0 ? 1 : seconds * (total - loaded) / (loaded + 1));
    }
}
