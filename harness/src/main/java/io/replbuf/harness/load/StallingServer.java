package io.replbuf.harness.load;

import io.replbuf.harness.stats.StallModel.Stall;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server whose response times are known beforehand: it answers {@code +OK} to every command, and sleeps on a schedule.
 *
 * <p>One thread, one connection at a time. What it was sent before a stall begins, and has read, is answered; everything else waits
 * until the stall is over. Closing it ends the thread.
 */
public final class StallingServer implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocketChannel listener;
    private final Thread thread;
    private volatile Schedule schedule = new Schedule(0, List.of());
    private volatile SocketChannel client;
    private volatile boolean closing;

    /** What the server's thread made of the schedule, written by it alone. */
    private final List<Stall> slept = new CopyOnWriteArrayList<>();

    private record Schedule(long epochNanos, List<Stall> stalls) {
        /** The stall that this time lies in, or null. */
        private Stall at(long now) {
            long at = now - epochNanos;
            for (Stall stall : stalls) {
                if (at >= stall.startNanos() && at < stall.startNanos() + stall.lengthNanos()) {
                    return stall;
                }
            }
            return null;
        }
    }

    /**
     * @throws IOException when there is no port
     */
    public StallingServer() throws IOException {
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        thread = new Thread(this::run, "stalling-server");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), listener.socket().getLocalPort());
    }

    /**
     * Stalls once by this schedule; any thread.
     *
     * @param epochNanos when the schedule begins, a {@link System#nanoTime}
     */
    public void stall(long epochNanos, List<Stall> stalls) {
        schedule = new Schedule(epochNanos, List.copyOf(stalls));
    }

    /**
     * The stalls so far as they were: a system wakes a sleeper late, so each is a little longer than its schedule says. Any thread.
     */
    public List<Stall> slept() {
        return List.copyOf(slept);
    }

    private void run() {
        try {
            while (!closing) {
                serveUntilItLeaves(listener.accept());
            }
        } catch (IOException e) {
            // Closed, or the system gives no more connections: a load that waits for one says so.
            closing = true;
        }
    }

    private void serveUntilItLeaves(SocketChannel accepted) {
        client = accepted;
        try (accepted) {
            accepted.socket().setTcpNoDelay(true);
            serve(accepted);
        } catch (IOException e) {
            // A client that broke off; its load says so itself.
            client = null;
        }
    }

    private void serve(SocketChannel channel) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
        ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
        while (channel.read(in) >= 0) {
            sleepThroughStall();
            in.flip();
            while (skipCommand(in)) {
                out.put(OK);
                if (out.remaining() < OK.length) {
                    send(channel, out);
                }
            }
            in.compact();
            send(channel, out);
        }
    }

    private static void send(SocketChannel channel, ByteBuffer out) throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }

    private void sleepThroughStall() {
        Schedule current = schedule;
        long now = System.nanoTime();
        Stall stall = current.at(now);
        if (stall == null) {
            return;
        }
        long began = current.epochNanos + stall.startNanos();
        while (now - began < stall.lengthNanos() && !closing) {
            LockSupport.parkNanos(began + stall.lengthNanos() - now);
            now = System.nanoTime();
        }
        slept.add(new Stall(stall.startNanos(), now - began));
    }

    /** Passes one command if it is there as a whole. */
    private static boolean skipCommand(ByteBuffer in) throws IOException {
        in.mark();
        long parts = number(in, '*');
        for (long i = 0; i < parts; i++) {
            long length = number(in, '$');
            if (length < 0 || in.remaining() < length + 2) {
                in.reset();
                return false;
            }
            in.position(in.position() + (int) length + 2);
        }
        return parts >= 0;
    }

    /** A header's number, or -1 while its line is not whole. */
    private static long number(ByteBuffer in, char first) throws IOException {
        int start = in.position();
        long value = 0;
        for (int i = start; i < in.limit(); i++) {
            byte b = in.get(i);
            if (i == start ? b != first : b != '\r' && b != '\n' && (b < '0' || b > '9')) {
                throw new IOException("byte: " + b + " (expected: a command's header)");
            }
            if (b == '\n') {
                in.position(i + 1);
                return value;
            }
            if (b >= '0' && b <= '9') {
                value = Math.min(BUFFER_BYTES, value * 10 + b - '0');
            }
        }
        return -1;
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            listener.close();
            SocketChannel last = client;
            if (last != null) {
                last.close();
            }
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
