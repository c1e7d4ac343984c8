package io.replbuf.harness.replica;

import io.replbuf.harness.load.LatencyRecorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes a marked value now and then, and times when the mark arrives at a replica: the replication delay.
 *
 * <pre>
 *   probe ──SET …mark…──▶ primary ══stream══▶ replica
 *     └──────────── replication.delay ──────────┘
 * </pre>
 *
 * <p>One mark is under way at a time, on a connection and a thread of its own. The time ends on the fleet's event loop, as the bytes
 * are read, so both ends are read off one clock.
 */
public final class DelayProbe implements StreamWatcher, AutoCloseable {
    private static final String MARK = "\u0001replbuf-delay-mark\u0002\u0003";
    private static final int ANSWER_MAX = 1_024;

    /** A mark that takes longer has been lost. */
    private static final long ARRIVAL_LIMIT_NANOS = 10_000_000_000L;

    private final LatencyRecorder delay = new LatencyRecorder("replication.delay");
    private final MarkFinder finder = new MarkFinder(MARK.getBytes(StandardCharsets.ISO_8859_1));
    private final SocketChannel channel;
    private final long intervalNanos;
    private final Thread thread;
    private volatile long sentAt;

    /** Set by the probe before it writes, cleared by the fleet's loop on arrival. */
    private volatile boolean underWay;

    private volatile boolean stopping;
    private volatile String failure;

    /**
     * @throws IOException when the server does not take the connection
     */
    public DelayProbe(InetSocketAddress address, double ratePerSecond) throws IOException {
        this.intervalNanos = (long) (1e9 / ratePerSecond);
        this.channel = SocketChannel.open(address);
        this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.thread = new Thread(this::run, delay.tag());
        this.thread.setDaemon(true);
    }

    /** Begins; marks are to arrive at this replica. */
    public void start(SimulatedReplica replica) {
        replica.watch(this);
        thread.start();
    }

    /** Recorded on the fleet's event loop. */
    public LatencyRecorder delay() {
        return delay;
    }

    /** Why it stopped early, or null. */
    public String failure() {
        return failure;
    }

    @Override
    public void stream(ByteBuffer bytes, int from, int to) {
        if (underWay && finder.find(bytes, from, to) >= 0) {
            delay.record(System.nanoTime() - sentAt);
            finder.reset();
            underWay = false;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        ByteBuffer set =
                ByteBuffer.wrap(
                        ("*3\r\n$3\r\nSET\r\n$12\r\nreplbuf:mark\r\n$"
                                        + MARK.length()
                                        + "\r\n"
                                        + MARK
                                        + "\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
        ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER_MAX);
        try {
            for (long due = System.nanoTime(); !stopping; due += intervalNanos) {
                parkUntil(due);
                underWay = true;
                sentAt = System.nanoTime();
                set.rewind();
                while (set.hasRemaining()) {
                    channel.write(set);
                }
                readLine(answer);
                awaitArrival();
            }
        } catch (IOException | RuntimeException e) {
            if (!stopping) {
                failure = delay.tag() + ": " + e;
            }
        }
    }

    private void parkUntil(long due) {
        for (long now = System.nanoTime(); now < due && !stopping; now = System.nanoTime()) {
            LockSupport.parkNanos(due - now);
        }
    }

    private void awaitArrival() throws IOException {
        while (underWay && !stopping) {
            long waited = System.nanoTime() - sentAt;
            if (waited > ARRIVAL_LIMIT_NANOS) {
                throw new IOException(
                        "mark not at the replica after "
                                + waited / 1_000_000
                                + " ms (expected: at most "
                                + ARRIVAL_LIMIT_NANOS / 1_000_000
                                + ")");
            }
            LockSupport.parkNanos(ARRIVAL_LIMIT_NANOS / 10);
        }
    }

    private void readLine(ByteBuffer answer) throws IOException {
        answer.clear();
        do {
            if (channel.read(answer) < 0) {
                throw new IOException("connection closed (expected: an answer to SET)");
            }
        } while (answer.hasRemaining() && answer.get(answer.position() - 1) != '\n');
        if (answer.get(0) != '+') {
            throw new IOException(
                    "answer to SET begins with byte " + answer.get(0) + " (expected: '+')");
        }
    }

    /** Ends it; a second time does nothing. */
    @Override
    public void close() throws IOException {
        stopping = true;
        LockSupport.unpark(thread);
        channel.close();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
