package io.replbuf.server;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client byte by byte. Every read has a deadline. */
final class RawClient implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(DEADLINE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Sends a command as a RESP array and returns its reply as text: see {@link #reply}. */
    String call(String... words) throws IOException {
        send(command(words));
        return reply();
    }

    /** A field of INFO, which must be there. */
    String info(String field) throws IOException {
        String info = call("INFO", "everything");
        int at = info.indexOf("\n" + field + ":");
        if (at < 0) {
            throw new AssertionError("INFO has no " + field);
        }
        return info.substring(at + field.length() + 2, info.indexOf('\r', at));
    }

    static String command(String... words) {
        StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            command.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return command.toString();
    }

    /** A reply with its type's mark for everything but bulk strings: {@code +OK}, {@code :1}, {@code [a, :2]}, {@code null}. */
    String reply() throws IOException {
        String line = line();
        return switch (line.charAt(0)) {
            case '$', '=' -> {
                int length = Integer.parseInt(line.substring(1));
                yield length < 0 ? "null" : bytes(length);
            }
            case '*', '%' -> {
                int length = Integer.parseInt(line.substring(1)) * (line.charAt(0) == '%' ? 2 : 1);
                if (length < 0) {
                    yield "null array";
                }
                List<String> elements = new ArrayList<>();
                for (int i = 0; i < length; i++) {
                    elements.add(reply());
                }
                yield elements.toString();
            }
            default -> line;
        };
    }

    private String bytes(int length) throws IOException {
        String text = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        line();
        return text;
    }

    /** One line, without its end. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("closed after \"" + line + "\"");
            }
            if (c == '\n') {
                return line.toString().replace("\r", "");
            }
            line.append((char) c);
        }
    }

    /** Raw bytes, as many as asked for. */
    String raw(int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** Whether the peer has ended the connection, after what was still to read. */
    boolean atEnd() throws IOException {
        try {
            while (in.read() >= 0) {
                // What it still had to say does not matter.
            }
            return true;
        } catch (java.net.SocketException e) {
            return true; // reset: an end as well
        }
    }

    /** Ends the connection as a process that crashes with unread bytes does. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
