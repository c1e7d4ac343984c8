package io.replbuf.harness.simulation;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;

/** A replica loop: runs tasks and serves senders, one after the other; in the middle of a send it does nothing else. */
final class ReplicaLoop extends TaskActor {
    private final Queue<Session> senders = new ArrayDeque<>();
    private final SplittableRandom random;
    private Session inSend;

    ReplicaLoop(Scheduler scheduler, SplittableRandom random) {
        super(scheduler);
        this.random = random;
    }

    /** The session may have something to send. */
    void consider(Session session) {
        if (!session.queued) {
            session.queued = true;
            senders.add(session);
            scheduler.wake(this);
        }
    }

    /** The step ends within a write; the next one is the write's end. */
    void inSend(Session session) {
        inSend = session;
    }

    /** A crash: whoever was served is gone. */
    void forget() {
        senders.clear();
        inSend = null;
    }

    @Override
    boolean step() {
        if (inSend != null) {
            Session session = inSend;
            inSend = null;
            session.finishSend();
        } else if (hasTasks() && (senders.isEmpty() || random.nextBoolean())) {
            runTask();
        } else if (!senders.isEmpty()) {
            Session session = senders.poll();
            session.queued = false;
            session.send();
        }
        return inSend != null || hasTasks() || !senders.isEmpty();
    }
}
