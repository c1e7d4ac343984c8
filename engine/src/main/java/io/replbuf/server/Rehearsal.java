package io.replbuf.server;

import io.replbuf.fault.FaultText;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final int SETS = 1_024;
    private static final int FULL_RESYNCS = 2;

    /** From 200 calls on the JVM compiles a method. */
    private static final int PARTIAL_RESYNCS = 225;

    /** Of a partial resync: its begin. */
    private static final int BEGIN_BYTES = 64 << 10;

    /** Where that is an option, so that partial resyncs begin in the log and end in memory. */
    private static final String WINDOW = "repl-buffer-window";

    private static final String WINDOW_BYTES = "1mb";
    private static final String ADDRESS = "127.0.0.1";
    private static final int VALUE_BYTES = 1024;
    private static final int NUMBER_DIGITS = 4;
    private static final String KEY = "*3\r\n$3\r\nSET\r\n$8\r\nkey:";
    private static final int NUMBER_AT = KEY.length();
    private static final String SET =
            KEY
                    + "0".repeat(NUMBER_DIGITS)
                    + "\r\n$"
                    + VALUE_BYTES
                    + "\r\n"
                    + "v".repeat(VALUE_BYTES)
                    + "\r\n";
    private static final String OK = "+OK\r\n";

    private static final int CLIENTS = 8;

    /** SETs that a client sends at once; together they do not fill the kernel's buffers, which would hold up a peer that only sends. */
    private static final int PIPELINED = 16;

    /** Replicas that come back at the same time, a mebibyte behind: few, because {@code legacy} copies that for each. */
    private static final int AT_ONCE = 9;

    private static final int MARK_BYTES = 40;
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
                                ServerEnv.real())) {
            play(server.port());
        } catch (ConfigException | StartException e) {
            throw new IOException(FaultText.of(e), e);
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
        try (Peers clients = new Peers(port, CLIENTS)) {
            clients.set(SETS, PIPELINED);
            String replid = "";
            long offset = 0;
            for (int i = 0; i < FULL_RESYNCS; i++) {
                try (Peer replica = new Peer(port)) {
                    replica.introduce("PSYNC", "?", "-1");
                    String[] granted = replica.granted("+FULLRESYNC").split(" ");
                    replid = granted[1];
                    offset = Long.parseLong(granted[2]);
                    replica.snapshot();
                    replica.send("REPLCONF", "ACK", granted[2]);
                    clients.set(SETS, PIPELINED);
                    clients.set(SETS, 1);
                    replica.skip(2L * SETS * VALUE_BYTES);
                }
            }
            long behind = offset + 1 + SETS * SET.length();
            for (int i = 0; i < PARTIAL_RESYNCS; i += AT_ONCE) {
                try (Peers replicas = new Peers(port, AT_ONCE)) {
                    replicas.resume(replid, behind);
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

    /** Peers that send at once and wait once, because each wait for a server that has to wake is a tenth of a millisecond lost. */
    private static final class Peers implements Closeable {
        private final List<Peer> peers = new ArrayList<>();

        Peers(int port, int count) throws IOException {
            try {
                for (int i = 0; i < count; i++) {
                    peers.add(new Peer(port));
                }
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        /** Sets so many keys, and so many at once on each connection. */
        void set(int times, int atOnce) throws IOException {
            byte[] commands = SET.repeat(atOnce).getBytes(StandardCharsets.ISO_8859_1);
            for (int key = 0; key < times; ) {
                for (Peer peer : peers) {
                    for (int k = 0; k < atOnce; k++) {
                        number(commands, k * SET.length() + NUMBER_AT, key++);
                    }
                    peer.send(commands);
                }
                for (Peer peer : peers) {
                    peer.skip(atOnce * (long) OK.length());
                }
            }
        }

        private static void number(byte[] bytes, int at, int number) {
            int rest = number;
            for (int i = at + NUMBER_DIGITS - 1; i >= at; i--) {
                bytes[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
        }

        /** Replicas that come back, and go again when they have the stream's next bytes. */
        void resume(String replid, long offset) throws IOException {
            for (Peer peer : peers) {
                peer.introduce("PSYNC", replid, Long.toString(offset));
            }
            for (Peer peer : peers) {
                peer.granted("+CONTINUE");
                peer.skip(BEGIN_BYTES);
                peer.reset();
            }
        }

        @Override
        public void close() throws IOException {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    /**
     * A blocking connection, client or replica.
     *
     * <p>Sends and reads whole blocks: while the server starts everything is interpreted, and work of ours would be time that the
     * server does not get.
     */
    private static final class Peer implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final byte[] block = new byte[64 << 10];

        Peer(int port) throws IOException {
            socket = new Socket(ADDRESS, port);
            socket.setSoTimeout(DEADLINE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
        }

        /** Says what a replica says first, and then this. */
        void introduce(String... words) throws IOException {
            send("REPLCONF", "listening-port", "0", "capa", "eof", "capa", "psync2");
            send(words);
        }

        /** The reply to both. */
        String granted(String expected) throws IOException {
            line();
            String reply = line();
            if (!reply.startsWith(expected)) {
                throw new IOException("PSYNC: " + reply + " (expected: " + expected + ")");
            }
            return reply;
        }

        /** Reads {@code $EOF:mark}, the snapshot and the mark; nothing follows before the replica has said that it has it. */
        void snapshot() throws IOException {
            String header = line();
            if (!header.startsWith("$EOF:") || header.length() != 5 + MARK_BYTES) {
                throw new IOException(header + " (expected: $EOF:<mark>)");
            }
            byte[] mark = header.substring(5).getBytes(StandardCharsets.ISO_8859_1);
            int kept = 0;
            do {
                int from = Math.max(0, kept - MARK_BYTES);
                System.arraycopy(block, from, block, 0, kept - from);
                kept -= from;
                int read = in.read(block, kept, block.length - kept);
                if (read < 0) {
                    throw ended();
                }
                kept += read;
            } while (kept < MARK_BYTES
                    || !Arrays.equals(block, kept - MARK_BYTES, kept, mark, 0, MARK_BYTES));
        }

        void send(String... words) throws IOException {
            StringBuilder command = new StringBuilder("*").append(words.length).append("\r\n");
            for (String word : words) {
                command.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            send(command.toString().getBytes(StandardCharsets.ISO_8859_1));
        }

        void send(byte[] commands) throws IOException {
            socket.getOutputStream().write(commands);
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
                throw ended();
            }
            return b;
        }

        private static EOFException ended() {
            return new EOFException("the rehearsal's server closed a connection");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
