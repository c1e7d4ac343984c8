package io.replbuf.harness.replica;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Sizes a replica's reads: as much as a read takes without a limit, exactly the granted bytes with one.
 *
 * <p>Only a read that asks the kernel for less leaves the rest in the kernel's buffer, and only a full buffer closes the TCP window:
 * reading all and handing it on slowly would hide a slow replica from the primary. Event loop only.
 */
final class PacedReads extends DefaultMaxMessagesRecvByteBufAllocator {
    /** The most that one granted read takes. */
    static final int GRANT_BYTES_MAX = 64 << 10;

    /**
     * One read without a limit, by a replica that goes over the bytes twice. Half as much takes a tenth more CPU, in the kernel; twice
     * as much, with 32 replicas, saves next to nothing more here and costs the server.
     */
    static final int FREE_READ_BYTES = 128 << 10;

    /** The same for a replica that hardly looks at the bytes: fewer system calls, and still no more than a core's cache holds. */
    static final int LARGE_READ_BYTES = 256 << 10;

    private final int freeBytes;
    private int granted;
    private boolean paced;

    PacedReads(int freeBytes) {
        this.freeBytes = freeBytes;
        this.granted = freeBytes;
    }

    /** From now on each read takes at most this, and a read happens once per request. */
    void grant(int bytes) {
        granted = bytes;
        paced = true;
    }

    /** Reads are free again. */
    void free() {
        granted = freeBytes;
        paced = false;
    }

    /* The interface's own Handle is deprecated and still what newHandle has to return. */
    @SuppressWarnings("deprecation")
    @Override
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return granted;
            }

            @Override
            public boolean continueReading() {
                return !paced && super.continueReading();
            }

            @Override
            public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
                return !paced && super.continueReading(maybeMoreData);
            }
        };
    }
}
