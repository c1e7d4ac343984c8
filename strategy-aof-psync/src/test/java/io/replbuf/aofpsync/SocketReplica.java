package io.replbuf.aofpsync;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * A replica on a real socket and a thread of its own, which is cut at random bytes and comes back for the next one.
 *
 * <p>It sums up what it receives in chunks of {@link #CHUNK_BYTES}, across its connections: a byte lost or doubled anywhere makes
 * all sums from there on wrong.
 */
final class SocketReplica implements AutoCloseable {
    static final int CHUNK_BYTES = 64 << 10;

    private static final int RECEIVE_BUFFER_BYTES = 64 << 10;

    private final int port;
    private final String replid;
    private final SplittableRandom random;
    private final int meanBytesToCut;
    private final Thread thread;
    private final CRC32 crc = new CRC32();
    private final byte[] bytes = new byte[64 << 10];
    final List<Integer> sums = new ArrayList<>();
    private volatile long received;
    private volatile boolean cutting = true;
    private volatile boolean ending;
    private volatile Throwable failure;
    private volatile Socket socket;
    volatile int cuts;
    volatile int closedByServer;

    /**
     * @param meanBytesToCut how much comes before a cut, on average
     */
    SocketReplica(
            String name, int port, String replid, SplittableRandom random, int meanBytesToCut) {
        this.port = port;
        this.replid = replid;
        this.random = random;
        this.meanBytesToCut = meanBytesToCut;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** How many bytes of the stream it has, from the first on. */
    long received() {
        Throwable cause = failure;
        if (cause != null) {
            throw new AssertionError(thread.getName() + " at " + received + ": " + cause, cause);
        }
        return received;
    }

    void stopCutting() {
        cutting = false;
    }

    /** The sum of what lies behind the last whole chunk. */
    int tail() {
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        ending = true;
        Socket open = socket;
        if (open != null) {
            open.close();
        }
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!ending) {
                connection();
            }
        } catch (Throwable e) {
            if (!ending) {
                failure = e;
            }
        }
    }

    private void connection() throws IOException {
        long left = cutting ? 1 + random.nextLong(2L * meanBytesToCut) : Long.MAX_VALUE;
        try (Socket connected = new Socket()) {
            socket = connected;
            connected.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            connected.setSoTimeout(30_000);
            connected.connect(new InetSocketAddress("127.0.0.1", port));
            send(connected, "PSYNC", replid, Long.toString(received + 1));
            InputStream in = connected.getInputStream();
            String reply = line(in);
            if (!reply.startsWith("+CONTINUE") && !ending) {
                throw new IOException(reply + " (expected: +CONTINUE)");
            }
            // As a replica's once a second: there may be no byte to come that another ACK would
            // follow.
            send(connected, "REPLCONF", "ACK", Long.toString(received));
            while (left > 0 && !ending) {
                int n = in.read(bytes, 0, (int) Math.min(bytes.length, left));
                if (n < 0) {
                    closedByServer++;
                    return;
                }
                sum(n);
                left -= n;
                send(connected, "REPLCONF", "ACK", Long.toString(received));
            }
            cuts++;
        } catch (SocketException e) {
            // Reset: bytes of ours were on their way when the server closed.
            closedByServer++;
        }
    }

    private void sum(int n) {
        int at = 0;
        while (at < n) {
            int room = CHUNK_BYTES - (int) (received % CHUNK_BYTES);
            int part = Math.min(room, n - at);
            crc.update(bytes, at, part);
            at += part;
            if (part == room) {
                sums.add((int) crc.getValue());
                crc.reset();
            }
            received += part;
        }
    }

    private static void send(Socket socket, String... words) throws IOException {
        StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            command.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        socket.getOutputStream().write(command.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after \"" + line + "\"");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }
}
