package io.replbuf.harness.simulation;

import io.replbuf.log.LogThreads;

/** The log's two threads as actors: each turn, task and job is a step. */
final class SimulatedThreads implements LogThreads {
    private static final long LINGER_NANOS = 1_000_000;
    private static final long IDLE_NANOS = 250_000_000;

    private final Scheduler scheduler;
    private WriterActor writer;
    private JobsActor disk;

    SimulatedThreads(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public Runner runner(Runner.Work work) {
        writer = new WriterActor(scheduler, work);
        return writer;
    }

    @Override
    public Jobs jobs() {
        disk = new JobsActor(scheduler);
        return disk;
    }

    /** The thread that writes; to be paused. */
    Actor writer() {
        return writer;
    }

    /** The thread that forces and unlinks; to be paused. */
    Actor disk() {
        return disk;
    }

    private static final class WriterActor extends TaskActor implements Runner {
        private final Work work;
        private boolean alive;
        private boolean ended;

        /** When it wakes by itself; only the newest timer counts. */
        private long restNumber;

        WriterActor(Scheduler scheduler, Work work) {
            super(scheduler);
            this.work = work;
        }

        @Override
        public void start() {
            alive = true;
            scheduler.wake(this);
        }

        @Override
        public boolean isAlive() {
            return alive;
        }

        @Override
        public void execute(Runnable task) {
            super.execute(task);
            if (ended) {
                drain();
            }
        }

        @Override
        public void wake(boolean urgent) {
            scheduler.wake(this);
        }

        @Override
        public void runAndWait(Runnable task, long timeoutMillis) {
            execute(task);
            drain();
        }

        @Override
        public void stop(long timeoutMillis) {
            drain();
            alive = false;
            ended = true;
        }

        @Override
        boolean step() {
            drain();
            if (!alive) {
                return false;
            }
            Rest rest = work.turn();
            if (rest == Rest.NONE) {
                return true;
            }
            long mine = ++restNumber;
            scheduler.after(
                    rest == Rest.LINGER ? LINGER_NANOS : IDLE_NANOS,
                    () -> {
                        if (restNumber == mine) {
                            scheduler.wake(this);
                        }
                    });
            return false;
        }
    }

    private static final class JobsActor extends TaskActor implements Jobs {
        private boolean ended;

        JobsActor(Scheduler scheduler) {
            super(scheduler);
        }

        @Override
        public void execute(Runnable job) {
            super.execute(job);
            if (ended) {
                drain();
            }
        }

        @Override
        public boolean stop(long timeoutMillis) {
            drain();
            ended = true;
            return true;
        }
    }
}
