package io.replbuf.harness.measure;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A small blocking client for one server: commands that answer with a line or a text, INFO above all. For one thread. */
public final class RedisInfo implements Closeable {
    private static final int REPLY_MAX = 1 << 20;

    private final Socket socket;
    private final InputStream in;

    /**
     * @param password for AUTH, or null
     * @param timeoutMillis for connecting and for each answer
     */
    public RedisInfo(InetSocketAddress address, String password, int timeoutMillis)
            throws IOException {
        socket = new Socket();
        try {
            socket.connect(address, timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            if (password != null) {
                call("AUTH", password);
            }
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** From now on an answer may take this long. */
    public void timeoutMillis(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** All fields of all sections that the server prints by default. */
    public Map<String, String> info() throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line : call("INFO").split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return fields;
    }

    /**
     * Sends a command and waits for the answer.
     *
     * @return the text of a simple, integer or bulk reply
     * @throws IOException for an error reply too
     */
    public String call(String... words) throws IOException {
        StringBuilder command = new StringBuilder().append('*').append(words.length).append("\r\n");
        for (String word : words) {
            command.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        socket.getOutputStream().write(command.toString().getBytes(StandardCharsets.ISO_8859_1));
        String line = line();
        if (line.startsWith("$")) {
            int length = Integer.parseInt(line.substring(1));
            if (length < 0) {
                return "";
            }
            if (length > REPLY_MAX) {
                throw new IOException(
                        "length: " + length + " (expected: at most " + REPLY_MAX + ")");
            }
            byte[] text = in.readNBytes(length + 2);
            if (text.length < length + 2) {
                throw new IOException("connection closed inside a reply of " + words[0]);
            }
            return new String(text, 0, length, StandardCharsets.ISO_8859_1);
        }
        if (line.startsWith("+") || line.startsWith(":")) {
            return line.substring(1);
        }
        throw new IOException(words[0] + " answered: " + line + " (expected: no error)");
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("connection closed (expected: a reply)");
            }
            if (line.length() > 64 * 1024) {
                throw new IOException("a reply line over 64 KiB (expected: less)");
            }
            line.append((char) c);
        }
        return line.substring(0, Math.max(0, line.length() - 1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
