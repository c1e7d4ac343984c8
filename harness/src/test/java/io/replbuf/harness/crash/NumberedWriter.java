package io.replbuf.harness.crash;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import redis.clients.jedis.Jedis;

/**
 * Writes numbered transactions, a few at a time, until the server is gone; knows which were acknowledged.
 *
 * <p>Transaction {@code n} writes its number into {@code last:<name>} and into one of a ring of keys, so that a data set tells
 * which prefix of the numbers it holds, and whether it holds all of each. One thread of its own.
 */
final class NumberedWriter {
    private static final int RING = 200;
    private static final int IN_FLIGHT = 8;
    private static final List<String> REPLIES =
            List.of("+OK", "+QUEUED", "+QUEUED", "*2", "+OK", "+OK");

    private final String name;
    private final Thread thread;
    private volatile long sent;
    private volatile long acknowledged;

    /**
     * @param from the last number that is there already
     */
    NumberedWriter(String name, long from, EngineProcess engine) {
        this.name = name;
        this.sent = from;
        this.acknowledged = from;
        this.thread = new Thread(() -> run(engine), "writer-" + name);
        thread.start();
    }

    /** Waits until it has noticed that the server is gone. */
    void join() throws InterruptedException {
        thread.join();
    }

    /** The greatest number that may be there. */
    long sent() {
        return sent;
    }

    /** The greatest number that was answered. */
    long acknowledged() {
        return acknowledged;
    }

    private void run(EngineProcess engine) {
        try (Socket socket = new Socket("127.0.0.1", engine.port)) {
            BufferedReader replies =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            while (true) {
                StringBuilder commands = new StringBuilder();
                for (int i = 1; i <= IN_FLIGHT; i++) {
                    String number = Long.toString(sent + i);
                    commands.append("MULTI\r\n");
                    commands.append("SET last:" + name + " " + number + "\r\n");
                    commands.append("SET " + key(sent + i) + " " + number + "\r\n");
                    commands.append("EXEC\r\n");
                }
                sent += IN_FLIGHT;
                socket.getOutputStream()
                        .write(commands.toString().getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < IN_FLIGHT; i++) {
                    readReplies(replies);
                    acknowledged++;
                }
            }
        } catch (IOException e) {
            // The server is gone, as it should be; if it is not, the numbers stand still and the
            // driver notices.
            return;
        }
    }

    private static void readReplies(BufferedReader replies) throws IOException {
        for (String expected : REPLIES) {
            String line = replies.readLine();
            if (line == null) {
                throw new EOFException("the server is gone");
            }
            if (!line.equals(expected)) {
                throw new IllegalStateException(line + " (expected: " + expected + ")");
            }
        }
    }

    private String key(long number) {
        return "key:" + name + ":" + number % RING;
    }

    /**
     * @return the greatest number that the data set holds
     * @throws IllegalStateException if it does not hold all of a prefix
     */
    long check(Jedis jedis) {
        String value = jedis.get("last:" + name);
        long last = value == null ? 0 : Long.parseLong(value);
        for (long number = Math.max(1, last - RING + 1); number <= last; number++) {
            String held = jedis.get(key(number));
            if (!Long.toString(number).equals(held)) {
                throw new IllegalStateException(
                        "no prefix: last:"
                                + name
                                + " is "
                                + last
                                + ", and "
                                + key(number)
                                + " is "
                                + held
                                + " (expected: "
                                + number
                                + ")");
            }
        }
        return last;
    }
}
