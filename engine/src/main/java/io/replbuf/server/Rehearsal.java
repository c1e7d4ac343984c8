package io.replbuf.server;

import io.replbuf.log.LogFiles;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Plays a replica's life against a server of its own, before the real one opens.
 *
 * <p>The first resync of a process loads and links some hundred classes, on the command loop: 5 ms until a partial one's first
 * byte and 40 ms at the start of a snapshot, for everybody. Here nobody waits for it. The scratch server has the real one's
 * strategy, a folder of its own, a free port of the loopback interface, and has ended when {@link #play} returns.
 */
final class Rehearsal {
    private static final int SETS = 2_000;
    private static final int FULL_RESYNCS = 2;

    /** From 200 calls on the JVM compiles a method. */
    private static final int PARTIAL_RESYNCS = 250;

    /** Of a partial resync: its begin. */
    private static final int BEGIN_BYTES = 64 << 10;

    /** Where that is an option, so that partial resyncs begin in the log and end in memory. */
    private static final String WINDOW = "repl-buffer-window";

    private static final String WINDOW_BYTES = "1mb";
    private static final String ADDRESS = "127.0.0.1";
    private static final byte[] VALUE = new byte[1024];
    private static final int MARK_BYTES = 40;
    private static final int TAIL_CHARS = 4096;
    private static final int DEADLINE_MILLIS = 10_000;

    private Rehearsal() {}

    /**
     * @param like the real server's, for its strategy
     * @param temporary a folder to make one in
     * @throws IOException if it could not be played to the end, or its folder not be deleted; the first of both, with the second suppressed
     */
    static void play(ServerConfig like, Path temporary) throws IOException {
        try (Folder folder = new Folder(Files.createTempDirectory(temporary, "replbuf-rehearsal"));
                RedisServer server =
                        RedisServer.start(
                                config(like, folder.path()),
                                ProcessLog.UNCHANGED,
                                LogFiles.onDisk())) {
            play(server.port());
        } catch (ConfigException | StartException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static ServerConfig config(ServerConfig like, Path dir) throws ConfigException {
        ServerConfig config =
                new ServerConfig(like.strategies())
                        .anyPort(true)
                        .set("port", "0")
                        .set("bind", ADDRESS)
                        .set("dir", dir.toString())
                        .set("save", "")
                        .set("repl-diskless-sync", "yes")
                        .set("repl-diskless-sync-delay", "0")
                        .set("repl-backlog-size", "16mb")
                        .set("repl-buffer-strategy", like.text("repl-buffer-strategy"));
        if (config.directives().find(WINDOW) != null) {
            config.set(WINDOW, WINDOW_BYTES);
        }
        return config;
    }

    private static void play(int port) throws IOException {
        try (Peer client = new Peer(port)) {
            client.set(SETS);
            String replid = "";
            long offset = 0;
            for (int i = 0; i < FULL_RESYNCS; i++) {
                try (Peer replica = new Peer(port)) {
                    String[] granted = replica.ask("+FULLRESYNC", "PSYNC", "?", "-1").split(" ");
                    replid = granted[1];
                    offset = Long.parseLong(granted[2]);
                    replica.snapshot();
                    replica.send("REPLCONF", "ACK", granted[2]);
                    client.set(SETS);
                    replica.skip(SETS * (long) VALUE.length);
                }
            }
            for (int i = 0; i < PARTIAL_RESYNCS; i++) {
                try (Peer replica = new Peer(port)) {
                    replica.ask("+CONTINUE", "PSYNC", replid, Long.toString(offset + 1));
                    replica.skip(i == 0 ? SETS * (long) VALUE.length : BEGIN_BYTES);
                    replica.reset();
                }
            }
        }
    }

    /** Goes, with all that is in it, when it is closed. */
    private record Folder(Path path) implements Closeable {
        @Override
        public void close() throws IOException {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** A blocking connection, client or replica. */
    private static final class Peer implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;

        Peer(int port) throws IOException {
            socket = new Socket(ADDRESS, port);
            socket.setSoTimeout(DEADLINE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
        }

        void set(int times) throws IOException {
            for (int i = 0; i < times; i++) {
                send("SET", "key:" + i, new String(VALUE, StandardCharsets.ISO_8859_1));
                if (i % 16 == 15 || i == times - 1) {
                    for (int replies = i % 16 + 1; replies > 0; replies--) {
                        line();
                    }
                }
            }
        }

        /** Says what a replica says first, and then this; the reply to this. */
        String ask(String expected, String... words) throws IOException {
            send("REPLCONF", "listening-port", "0", "capa", "eof", "capa", "psync2");
            line();
            send(words);
            String reply = line();
            if (!reply.startsWith(expected)) {
                throw new IOException(
                        String.join(" ", words) + ": " + reply + " (expected: " + expected + ")");
            }
            return reply;
        }

        /** Reads {@code $EOF:mark}, the snapshot and the mark. */
        void snapshot() throws IOException {
            String header = line();
            if (!header.startsWith("$EOF:") || header.length() != 5 + MARK_BYTES) {
                throw new IOException(header + " (expected: $EOF:<mark>)");
            }
            String mark = header.substring(5);
            char end = mark.charAt(MARK_BYTES - 1);
            StringBuilder last = new StringBuilder(TAIL_CHARS);
            for (boolean over = false; !over; ) {
                if (last.length() == TAIL_CHARS) {
                    last.delete(0, TAIL_CHARS - MARK_BYTES);
                }
                char b = (char) next();
                last.append(b);
                over = b == end && last.indexOf(mark, last.length() - MARK_BYTES) >= 0;
            }
        }

        void send(String... words) throws IOException {
            StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
            for (String word : List.of(words)) {
                command.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream()
                    .write(command.toString().getBytes(StandardCharsets.ISO_8859_1));
        }

        void skip(long bytes) throws IOException {
            in.skipNBytes(bytes);
        }

        /** Closing will reset the connection: hundreds in TIME_WAIT would be left else. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = next(); b != '\n'; b = next()) {
                if (b != '\r') {
                    line.append((char) b);
                }
            }
            return line.length() == 0 ? line() : line.toString();
        }

        private int next() throws IOException {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the rehearsal's server closed a connection");
            }
            return b;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
