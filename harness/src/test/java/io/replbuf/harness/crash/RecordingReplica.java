package io.replbuf.harness.crash;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A replica that keeps every byte of the stream, so that what a later life of the primary sends can be held against it.
 *
 * <p>A thread of its own reads until the primary is gone; {@link #resume} and {@link #probe} are for the driver, after {@link
 * #join}. Offsets are half open: {@code next} is what it lacks.
 */
final class RecordingReplica {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final int port;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Socket socket;
    private DataInputStream in;
    private Thread thread;
    private String replid = "?";
    private long start;

    RecordingReplica(int port) {
        this.port = port;
    }

    /** Offset of the first byte that it has. */
    long startOffset() {
        return start;
    }

    /** Offset of the first byte that it lacks. */
    long next() {
        return start + bytes.size();
    }

    String replid() {
        return replid;
    }

    /**
     * Asks for what it lacks, a full resync at first, and follows.
     *
     * @return whether the primary lets it continue
     */
    boolean resume() throws IOException {
        connect();
        String answer = ask(replid, replid.equals("?") ? -1 : next());
        boolean continued = answer.startsWith("+CONTINUE");
        if (continued) {
            replid = answer.substring("+CONTINUE ".length());
        } else {
            String[] words = answer.split(" ");
            if (!words[0].equals("+FULLRESYNC")) {
                throw new IOException("PSYNC was answered by " + answer);
            }
            replid = words[1];
            start = Long.parseLong(words[2]) + 1;
            bytes.reset();
            skipSnapshot();
        }
        thread = new Thread(this::follow, "recording-replica");
        thread.start();
        return continued;
    }

    /** Waits until it has noticed that the primary is gone. */
    void join() throws InterruptedException {
        if (thread != null) {
            thread.join();
        }
    }

    /**
     * Asks a later life, as a replica of the old history, for bytes that it has, and compares them.
     *
     * @param from at least the first that it has
     * @param to behind the last to compare, which the primary must have
     * @return null if they are the same; else what is wrong
     */
    String probe(long from, long to) throws IOException {
        try (Socket probe = new Socket("127.0.0.1", port)) {
            probe.setSoTimeout(TIMEOUT_MILLIS);
            DataInputStream reader =
                    new DataInputStream(new BufferedInputStream(probe.getInputStream()));
            probe.getOutputStream().write(psync(replid, from));
            String answer = line(reader);
            while (answer.isEmpty()) {
                answer = line(reader);
            }
            if (!answer.startsWith("+CONTINUE")) {
                return "PSYNC " + replid + " " + from + " was answered by " + answer;
            }
            byte[] sent = reader.readNBytes((int) (to - from));
            byte[] held = bytes.toByteArray();
            int at = (int) (from - start);
            int differs = Arrays.mismatch(sent, Arrays.copyOfRange(held, at, at + sent.length));
            return sent.length == to - from && differs < 0
                    ? null
                    : "from offset "
                            + from
                            + ": "
                            + sent.length
                            + " bytes (expected: "
                            + (to - from)
                            + "), first difference at "
                            + differs;
        }
    }

    private void connect() throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        socket.getOutputStream()
                .write(
                        "*5\r\n$8\r\nREPLCONF\r\n$4\r\ncapa\r\n$3\r\neof\r\n$4\r\ncapa\r\n$6\r\npsync2\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        line(in);
    }

    private String ask(String history, long offset) throws IOException {
        socket.getOutputStream().write(psync(history, offset));
        String answer = line(in);
        while (answer.isEmpty()) {
            answer = line(in);
        }
        return answer;
    }

    private void skipSnapshot() throws IOException {
        String header = line(in);
        while (header.isEmpty()) {
            header = line(in);
        }
        if (header.startsWith("$EOF:")) {
            skipTo(header.substring("$EOF:".length()).getBytes(StandardCharsets.US_ASCII));
            // The stream begins with the first ACK.
            acknowledge();
        } else {
            in.skipNBytes(Long.parseLong(header.substring(1)));
        }
    }

    /** The mark is random and 40 bytes long, so none of its beginnings is its end. */
    private void skipTo(byte[] mark) throws IOException {
        byte[] last = new byte[mark.length];
        int at = 0;
        for (long count = 1; ; count++) {
            last[at] = in.readByte();
            at = (at + 1) % mark.length;
            if (count >= mark.length && endsWith(last, at, mark)) {
                return;
            }
        }
    }

    private static boolean endsWith(byte[] ring, int from, byte[] mark) {
        for (int i = 0; i < mark.length; i++) {
            if (ring[(from + i) % mark.length] != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private void acknowledge() throws IOException {
        String offset = Long.toString(next() - 1);
        socket.getOutputStream()
                .write(
                        ("*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$"
                                        + offset.length()
                                        + "\r\n"
                                        + offset
                                        + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
    }

    private void follow() {
        byte[] part = new byte[64 << 10];
        try {
            for (int n = in.read(part); n > 0; n = in.read(part)) {
                bytes.write(part, 0, n);
            }
        } catch (IOException e) {
            // The primary is gone: what was read until then counts.
            return;
        } finally {
            close();
        }
    }

    private void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] psync(String history, long offset) {
        String text = Long.toString(offset);
        return ("*3\r\n$5\r\nPSYNC\r\n$"
                        + history.length()
                        + "\r\n"
                        + history
                        + "\r\n$"
                        + text.length()
                        + "\r\n"
                        + text
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after \"" + line + "\"");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
