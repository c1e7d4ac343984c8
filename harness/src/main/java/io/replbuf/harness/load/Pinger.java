package io.replbuf.harness.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks a server {@code PING} at a fixed rate on a connection and a thread of its own, and records how long each answer took from
 * when the question was meant to be asked.
 *
 * <p>Against an idle {@link EchoProcess} it is the control: what machine and scheduler alone cost.
 */
public final class Pinger implements AutoCloseable {
    private static final String PING = "*1\r\n$4\r\nPING\r\n";
    private static final int ANSWER_MAX = 1_024;

    private final LatencyRecorder response;
    private final SocketChannel channel;
    private final String password;
    private final long intervalNanos;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile String failure;

    /**
     * @param tag of the recorder
     * @param password for AUTH, or null
     * @throws IOException when the server does not take the connection
     */
    public Pinger(String tag, InetSocketAddress address, String password, double ratePerSecond)
            throws IOException {
        this.response = new LatencyRecorder(tag);
        this.password = password;
        this.intervalNanos = (long) (1e9 / ratePerSecond);
        this.channel = SocketChannel.open(address);
        this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.thread = new Thread(this::run, tag);
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    public LatencyRecorder response() {
        return response;
    }

    /** Why it stopped early, or null. */
    public String failure() {
        return failure;
    }

    private void run() {
        try {
            ByteBuffer in = ByteBuffer.allocateDirect(ANSWER_MAX);
            if (password != null) {
                ask("*2\r\n$4\r\nAUTH\r\n$" + password.length() + "\r\n" + password + "\r\n", in);
            }
            long intended = System.nanoTime();
            while (!stopping) {
                intended += intervalNanos;
                // Parking overshoots by some 50 µs; the control pinger, which does the same, shows
                // by how much.
                for (long now = System.nanoTime();
                        now < intended && !stopping;
                        now = System.nanoTime()) {
                    LockSupport.parkNanos(intended - now);
                }
                if (stopping) {
                    return;
                }
                ask(PING, in);
                response.record(System.nanoTime() - intended);
            }
        } catch (IOException | RuntimeException e) {
            if (!stopping) {
                failure = response.tag() + ": " + e;
            }
        }
    }

    /** One question, one answer line (or an echo of the question, which ends in a line feed as well). */
    private void ask(String question, ByteBuffer in) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(question.getBytes(StandardCharsets.ISO_8859_1));
        while (out.hasRemaining()) {
            channel.write(out);
        }
        in.clear();
        do {
            if (channel.read(in) < 0) {
                throw new IOException("connection closed (expected: an answer to PING)");
            }
            if (!in.hasRemaining()) {
                throw new IOException("answer of " + ANSWER_MAX + " bytes (expected: one line)");
            }
        } while (in.get(in.position() - 1) != '\n');
    }

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
