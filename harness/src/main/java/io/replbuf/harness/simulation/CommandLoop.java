package io.replbuf.harness.simulation;

import java.util.SplittableRandom;

/** The command loop: a few events, then the end of the turn. */
final class CommandLoop extends TaskActor {
    private final SplittableRandom random;
    private final Runnable endOfTurn;

    CommandLoop(Scheduler scheduler, SplittableRandom random, Runnable endOfTurn) {
        super(scheduler);
        this.random = random;
        this.endOfTurn = endOfTurn;
    }

    @Override
    boolean step() {
        int events = 1 + random.nextInt(3);
        for (int i = 0; i < events && hasTasks(); i++) {
            runTask();
        }
        endOfTurn.run();
        return hasTasks();
    }
}
