package io.replbuf.log;

import java.util.concurrent.Executor;

/**
 * Who runs the log's two threads: {@linkplain #real threads of its own}, or a simulation in steps that it chooses.
 *
 * <p>Whoever does owes: (1) one at a time, what is handed to a runner, and its work's turns, in the order handed in; the same for
 * jobs; (2) that what was handed in before a step is visible in it.
 */
public interface LogThreads {
    /** The one that writes, not started yet. */
    Runner runner(Runner.Work work);

    /** The one for what may take the disk long and must stay in order. */
    Jobs jobs();

    /** Two daemon threads for each log. */
    static LogThreads real() {
        return RealThreads.INSTANCE;
    }

    /** Takes its work's turns, and runs what is handed to it in between. Any thread hands in. */
    interface Runner extends Executor {
        void start();

        /** Whether it takes turns. */
        boolean isAlive();

        /**
         * Has the work looked for. What the caller has published before, the work sees.
         *
         * @param urgent whether to cut a lingering short
         */
        void wake(boolean urgent);

        /** Hands the task in and waits for its end. Not on the runner itself. */
        void runAndWait(Runnable task, long timeoutMillis);

        /** Ends after the tasks that are queued now, and waits for it. Not on the runner itself. */
        void stop(long timeoutMillis);

        /** What the runner does; all on it. */
        interface Work {
            /** One bounded portion; how to wait for the next. */
            Rest turn();

            /** Whether something came since the last turn that should not wait for the rest's end. */
            boolean hasWork(Rest rest);

            /** The runner ends because of this. */
            void died(Throwable cause);
        }

        /** How long to wait before the next turn. */
        enum Rest {
            NONE,
            LINGER,
            /** Until the fsync under way has ended, which comes as a task, or some milliseconds have passed. */
            POSTPONE,
            IDLE
        }
    }

    /** Any thread hands in. After the end a job runs on the caller: it is a late reader's, who closes the last file. */
    interface Jobs extends Executor {
        /** Ends after what was handed in; false if that took longer. */
        boolean stop(long timeoutMillis);
    }
}
