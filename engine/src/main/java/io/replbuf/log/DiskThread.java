package io.replbuf.log;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One thread for what may take the disk long and must stay in order: manifests, fsync under everysec, unlinking, closing.
 *
 * <p>Any thread hands in. After the end a job runs on the caller: it is a late reader's, who closes the last file. Never
 * interrupted.
 */
final class DiskThread implements LogThreads.Jobs {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> {
                        Thread created = new Thread(work, "replbuf-log-disk");
                        created.setDaemon(true);
                        return created;
                    });

    @Override
    public void execute(Runnable job) {
        try {
            thread.execute(job);
        } catch (RejectedExecutionException e) {
            job.run();
        }
    }

    @Override
    public boolean stop(long timeoutMillis) {
        thread.shutdown();
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        boolean ended = thread.isTerminated();
        while (!ended && deadline - System.nanoTime() > 0) {
            try {
                ended = thread.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }
}
