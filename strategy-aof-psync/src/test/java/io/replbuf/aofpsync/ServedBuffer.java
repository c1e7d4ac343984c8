package io.replbuf.aofpsync;

import io.replbuf.server.RedisServer;
import io.replbuf.server.ServerConfig;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** A server with the strategy under test, and the one client that writes to it. */
final class ServedBuffer implements AutoCloseable {
    final RedisServer server;
    private final Path dir;
    private final Reader client;

    /**
     * @param directives name, value, name, value …
     */
    ServedBuffer(Path dir, String... directives) throws Exception {
        this.dir = dir;
        ServerConfig config =
                new ServerConfig()
                        .anyPort(true)
                        .set("port", "0")
                        .set("bind", "127.0.0.1")
                        .set("dir", dir.toString())
                        .set("save", "")
                        .set("repl-buffer-strategy", "aof-psync")
                        .set("repl-buffer-block-size", "4096");
        for (int i = 0; i < directives.length; i += 2) {
            config.set(directives[i], directives[i + 1]);
        }
        server = RedisServer.start(config);
        client = reader();
    }

    /** Writes a batch of {@code SET}s in one piece and takes their replies. */
    void write(List<String> values) throws IOException {
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            append(batch, "SET", "k" + i % 100, values.get(i));
        }
        client.out.write(batch.toString().getBytes(StandardCharsets.ISO_8859_1));
        for (int i = 0; i < values.size(); i++) {
            String reply = client.line();
            if (!reply.equals("+OK")) {
                throw new IOException(reply + " (expected: +OK)");
            }
        }
    }

    Reader reader() throws IOException {
        return new Reader(server.port());
    }

    /** A field of INFO's {@code section}. */
    String info(String section, String field) throws IOException {
        return client.info(section, field);
    }

    long figure(String field) throws IOException {
        return client.figure(field);
    }

    String call(String... words) throws IOException {
        return client.call(words);
    }

    /** Sums of the stream's chunks as the log's files have them; the last one is of what is left over. */
    List<Integer> sumsOfLog() throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.list(dir.resolve("appendonlydir"))) {
            segments =
                    files.filter(path -> path.toString().endsWith(".incr.aof"))
                            .sorted(Comparator.comparingInt(ServedBuffer::sequence))
                            .toList();
        }
        List<Integer> sums = new ArrayList<>();
        CRC32 crc = new CRC32();
        int inChunk = 0;
        for (Path segment : segments) {
            try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
                ByteBuffer all = ByteBuffer.allocate((int) channel.size());
                while (all.hasRemaining() && channel.read(all) >= 0) {
                    continue;
                }
                all.flip();
                while (all.hasRemaining()) {
                    int part = Math.min(SocketReplica.CHUNK_BYTES - inChunk, all.remaining());
                    crc.update(all.slice(all.position(), part));
                    all.position(all.position() + part);
                    inChunk += part;
                    if (inChunk == SocketReplica.CHUNK_BYTES) {
                        sums.add((int) crc.getValue());
                        crc.reset();
                        inChunk = 0;
                    }
                }
            }
        }
        sums.add((int) crc.getValue());
        return sums;
    }

    private static int sequence(Path segment) {
        String[] parts = segment.getFileName().toString().split("\\.");
        return Integer.parseInt(parts[parts.length - 3]);
    }

    private static void append(StringBuilder out, String... words) {
        out.append('*').append(words.length).append("\r\n");
        for (String word : words) {
            out.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }

    /** A connection. */
    static final class Reader implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Reader(int port) throws IOException {
            socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(30_000);
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        /** A field of INFO's {@code section}. */
        String info(String section, String field) throws IOException {
            for (String line : call("INFO", section).split("\r\n")) {
                if (line.startsWith(field + ":")) {
                    return line.substring(field.length() + 1);
                }
            }
            throw new IOException(field + ": not in INFO " + section);
        }

        long figure(String field) throws IOException {
            return Long.parseLong(info("replication_buffer", field));
        }

        /** A command's reply; the text of a bulk string. */
        String call(String... words) throws IOException {
            StringBuilder command = new StringBuilder();
            append(command, words);
            out.write(command.toString().getBytes(StandardCharsets.ISO_8859_1));
            String line = line();
            if (line.charAt(0) != '$') {
                return line;
            }
            byte[] text = in.readNBytes(Integer.parseInt(line.substring(1)));
            line();
            return new String(text, StandardCharsets.ISO_8859_1);
        }

        String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("closed after \"" + line + "\"");
                }
                line.append((char) c);
            }
            return line.toString().strip();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
