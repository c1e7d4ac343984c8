package io.replbuf.snapshot;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The test knobs {@code rdb-key-save-delay} and {@code key-load-delay}: a pause after each key.
 *
 * <p>Read live, also during a pause, so that setting it to 0 lets a save of hours end at once. Stateless; any thread.
 */
public final class KeyDelay {
    /** How late a change of the setting is noticed at most; a stop is noticed at once by an unpark. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private KeyDelay() {}

    /**
     * Waits as long as the setting says.
     *
     * @param stop ends the pause, as an interrupt does
     * @return whether there was a pause to be made
     */
    public static boolean pause(LongSupplier micros, BooleanSupplier stop) {
        long setting = micros.getAsLong();
        if (setting == 0) {
            return false;
        }
        if (setting < 0) {
            long every = Math.max(1, -setting);
            if (ThreadLocalRandom.current().nextLong(every) == 0) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(1));
            }
            return true;
        }
        long start = System.nanoTime();
        while (!stop.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            long left =
                    TimeUnit.MICROSECONDS.toNanos(micros.getAsLong()) - (System.nanoTime() - start);
            if (left <= 0) {
                return true;
            }
            LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
        }
        return true;
    }
}
