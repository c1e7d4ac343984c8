package io.replbuf.primary;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A replica byte by byte: sends what the test says, reads what it expects. Every read has a deadline. */
final class RawReplica implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;

    RawReplica(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(DEADLINE_MILLIS);
        in = socket.getInputStream();
    }

    RawReplica send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    RawReplica command(String... words) throws IOException {
        StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            command.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return send(command.toString());
    }

    /** One line, without its end; empty lines (signs of life) are skipped. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("connection ended after \"" + line + "\"");
            }
            if (c == '\n') {
                if (line.length() == 0) {
                    continue;
                }
                return line.toString().stripTrailing();
            }
            line.append((char) c);
        }
    }

    String read(int bytes) throws IOException {
        byte[] read = in.readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException(
                    "connection ended after \""
                            + new String(read, StandardCharsets.ISO_8859_1)
                            + "\"");
        }
        return new String(read, StandardCharsets.ISO_8859_1);
    }

    /** Whether the peer has closed; waits for it, and reads what comes before. */
    boolean closedByPeer() throws IOException {
        return readToTheEnd() >= 0;
    }

    /** How many bytes come before the peer closes; waits for it. */
    long readToTheEnd() throws IOException {
        long bytes = 0;
        try {
            byte[] piece = new byte[64 << 10];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                bytes += n;
            }
        } catch (SocketException e) {
            // Closed with something of ours unread.
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
