package io.replbuf.primary;

import io.netty.channel.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that a session's channel is registered with, and its moves between loops.
 *
 * <p>Any thread hands in tasks; they run on the loop, one after the other in the order in which they came, across moves.
 * During a move they wait. A move begins on the present loop and ends on the other one, whose thread sees all that the first
 * one wrote; nobody else begins one meanwhile.
 *
 * <pre>
 *   execute: add to the queue, look where home is, ask that loop to drain
 *   move:    moving ─▶ deregister ─▶ register there ─▶ home = there, moving over ─▶ drain
 * </pre>
 *
 * Who adds a task and still sees the old home has added it before home changed, so the drain at the end of the move finds it;
 * the old loop, asked in vain, leaves the queue alone.
 */
final class ChannelHome implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelHome.class);

    private final Channel channel;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Runnable drain = this::drain;

    /** Null before the first arrival. */
    private volatile ReplicaLoop loop;

    private volatile boolean moving = true;

    ChannelHome(Channel channel) {
        this.channel = channel;
    }

    /** Where the channel is, or was before the move under way; null before it first arrived anywhere. Any thread. */
    ReplicaLoop loop() {
        return loop;
    }

    /**
     * @throws RejectedExecutionException if the loop has ended; the task will not run then
     */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        ReplicaLoop at = loop;
        if (at == null) {
            return;
        }
        try {
            at.eventLoop().execute(drain);
        } catch (RejectedExecutionException e) {
            if (tasks.remove(task)) {
                throw e;
            }
        }
    }

    /**
     * Registers the channel with another loop. On the loop where it is; nothing may be waiting in the channel to be written,
     * unless it stays where it is.
     *
     * @param arrived runs there, before the tasks that waited; told whether the channel is alive
     */
    void moveTo(ReplicaLoop target, Consumer<Boolean> arrived) {
        moving = true;
        if (channel.eventLoop() == target.eventLoop()) {
            arrive(target, arrived);
            return;
        }
        // A read that is under way on this loop must not go on from there beside the other loop.
        channel.config().setAutoRead(false);
        channel.deregister().addListener(gone -> register(target, arrived));
    }

    private void register(ReplicaLoop target, Consumer<Boolean> arrived) {
        if (target.eventLoop().isShuttingDown()) {
            channel.close();
            loop = target;
            moving = false;
            arrived.accept(false);
            runAll();
            return;
        }
        target.eventLoop().register(channel).addListener(there -> arrive(target, arrived));
    }

    private void arrive(ReplicaLoop target, Consumer<Boolean> arrived) {
        loop = target;
        moving = false;
        boolean alive = channel.isRegistered() && channel.isOpen();
        if (!alive) {
            channel.close();
        }
        arrived.accept(alive);
        drain();
    }

    private void drain() {
        if (!moving && loop.eventLoop().inEventLoop()) {
            runAll();
        }
    }

    private void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                // The others are not to blame, and one of them may be what closes the session.
                loop.failed();
                LOG.error("A task of a replica's session failed", e);
            }
        }
    }
}
