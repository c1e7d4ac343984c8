package io.replbuf.snapshot;

import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a snapshot goes, and what makes it count there. Used by the thread that writes, but for {@link #cancel}. */
interface SnapshotTarget {
    WritableByteChannel open() throws IOException;

    /** All bytes are written: makes them what they are for. */
    void commit() throws IOException;

    /** The snapshot failed: leaves nothing behind. */
    void discard();

    /** Ends a write that blocks, if the target has such; the command loop. */
    void cancel(Thread writer);

    /** For messages, after "error saving DB". */
    String name();

    /** A channel of the caller's, left open when all went well and closed otherwise. */
    record OfChannel(WritableByteChannel channel) implements SnapshotTarget {
        private static final Logger LOG = LoggerFactory.getLogger(SnapshotTarget.class);

        @Override
        public WritableByteChannel open() {
            return channel;
        }

        @Override
        public void commit() {
            // Whoever gave the channel knows what follows the last byte on it.
        }

        @Override
        public void discard() {
            close();
        }

        /** Closed first: an interrupt that finds the channel open would close it too, and wait for the write. */
        @Override
        public void cancel(Thread writer) {
            close();
            writer.interrupt();
        }

        @Override
        public String name() {
            return "to its channel";
        }

        private void close() {
            try {
                channel.close();
            } catch (IOException | RuntimeException e) {
                LOG.warn("Closing the channel of a failed snapshot: {}", FaultText.of(e));
            }
        }
    }
}
