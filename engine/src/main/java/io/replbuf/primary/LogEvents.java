package io.replbuf.primary;

import io.replbuf.log.LogListener;
import java.util.Arrays;

/**
 * The log's listener from before there is anybody to listen: the log is found and opened first, the primary and the server
 * that want to hear of it come later and {@linkplain #add add} themselves.
 *
 * <p>Passes on what it is told on the thread that tells it, in the order in which listeners were added. What happens before
 * is not repeated.
 */
public final class LogEvents implements LogListener {
    private volatile LogListener[] listeners = {};

    /** Any thread. */
    public synchronized void add(LogListener listener) {
        LogListener[] more = Arrays.copyOf(listeners, listeners.length + 1);
        more[listeners.length] = listener;
        listeners = more;
    }

    @Override
    public void written(long writtenOffset) {
        for (LogListener listener : listeners) {
            listener.written(writtenOffset);
        }
    }

    @Override
    public void synced(long syncedOffset) {
        for (LogListener listener : listeners) {
            listener.synced(syncedOffset);
        }
    }

    @Override
    public void rewriteWanted() {
        for (LogListener listener : listeners) {
            listener.rewriteWanted();
        }
    }

    @Override
    public void stopped(String reason) {
        for (LogListener listener : listeners) {
            listener.stopped(reason);
        }
    }
}
