package io.replbuf.keyspace;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A redis-server of this machine, a client of it, and the replication stream that it feeds. */
final class RealServer implements AutoCloseable {
    private static final Path BINARY = Path.of("/usr/bin/redis-server");
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Process process;
    private final int port;
    private final Socket client;
    private final InputStream replies;
    private Socket replica;
    private InputStream stream;

    static boolean isInstalled() {
        return Files.isExecutable(BINARY);
    }

    RealServer() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        process =
                new ProcessBuilder(
                                BINARY.toString(),
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--save",
                                "",
                                "--enable-debug-command",
                                "yes",
                                "--repl-diskless-sync-delay",
                                "0",
                                "--repl-ping-replica-period",
                                "3600",
                                "--hz",
                                "1")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        client = connect();
        replies = new BufferedInputStream(client.getInputStream());
    }

    /** The reply's bytes, a char per byte. */
    String run(String... arguments) throws IOException {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            bytes[i] = arguments[i].getBytes(StandardCharsets.ISO_8859_1);
        }
        send(client.getOutputStream(), bytes);
        StringBuilder reply = new StringBuilder();
        readReply(replies, reply);
        return reply.toString();
    }

    /** Attaches to the replication stream by SYNC, past the snapshot. */
    void follow() throws IOException {
        replica = connect();
        stream = new BufferedInputStream(replica.getInputStream());
        send(replica.getOutputStream(), new byte[][] {"SYNC".getBytes(StandardCharsets.US_ASCII)});
        String header;
        do {
            header = readLine(stream);
        } while (header.isEmpty());
        if (header.startsWith("$EOF:")) {
            String mark = header.substring("$EOF:".length());
            StringBuilder last = new StringBuilder();
            while (!last.toString().endsWith(mark)) {
                last.append((char) readByte(stream));
                if (last.length() > 4 * mark.length()) {
                    last.delete(0, 2 * mark.length());
                }
            }
        } else {
            stream.skipNBytes(Long.parseLong(header.substring(1)));
        }
    }

    /** The next command of the stream, its arguments joined by blanks. */
    String nextInStream() throws IOException {
        String header = readLine(stream);
        List<String> words = new ArrayList<>();
        for (int i = Integer.parseInt(header.substring(1)); i > 0; i--) {
            int length = Integer.parseInt(readLine(stream).substring(1));
            words.add(new String(stream.readNBytes(length), StandardCharsets.ISO_8859_1));
            stream.skipNBytes(2);
        }
        return String.join(" ", words);
    }

    @Override
    public void close() throws IOException {
        client.close();
        if (replica != null) {
            replica.close();
        }
        process.destroy();
        try {
            if (!process.waitFor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
        while (true) {
            try {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.setTcpNoDelay(true);
                return socket;
            } catch (IOException e) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static void send(OutputStream out, byte[][] arguments) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        bytes.writeBytes(("*" + arguments.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (byte[] argument : arguments) {
            bytes.writeBytes(("$" + argument.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(argument);
            bytes.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.write(bytes.toByteArray());
    }

    private static void readReply(InputStream in, StringBuilder reply) throws IOException {
        String line = readLine(in);
        reply.append(line).append("\r\n");
        int number =
                line.charAt(0) == '$' || line.charAt(0) == '*'
                        ? Integer.parseInt(line.substring(1))
                        : 0;
        if (line.charAt(0) == '$' && number >= 0) {
            reply.append(new String(in.readNBytes(number + 2), StandardCharsets.ISO_8859_1));
        }
        for (int i = 0; line.charAt(0) == '*' && i < number; i++) {
            readReply(in, reply);
        }
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = readByte(in);
            if (c == '\n') {
                line.setLength(Math.max(0, line.length() - 1));
                return line.toString();
            }
            line.append((char) c);
        }
    }

    private static int readByte(InputStream in) throws IOException {
        int c = in.read();
        if (c < 0) {
            throw new EOFException("redis-server closed the connection");
        }
        return c;
    }
}
