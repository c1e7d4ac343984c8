package io.replbuf.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A redis-server of the operating system on a unix socket in a folder of its own, with a client of a few lines. */
final class RealRedis implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;

    /** Starts in {@code dir}, loading its dump.rdb if there is one; skips the test where the binary is missing. */
    static RealRedis start(Path dir, String... directives) throws IOException {
        assumeBinary("redis-server");
        return new RealRedis(dir, directives);
    }

    static void assumeBinary(String name) {
        boolean found =
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        assumeTrue(found, name + " is not on the PATH: install Debian's redis to run this test");
    }

    /** What redis-check-rdb prints about a file, after it has ended with status 0. */
    static String check(Path rdb) throws IOException, InterruptedException {
        assumeBinary("redis-check-rdb");
        Process check =
                new ProcessBuilder("redis-check-rdb", rdb.toString())
                        .redirectErrorStream(true)
                        .start();
        String printed = new String(check.getInputStream().readAllBytes(), ISO_8859_1);
        if (check.waitFor() != 0) {
            throw new AssertionError("redis-check-rdb: " + printed);
        }
        return printed;
    }

    private RealRedis(Path dir, String... directives) throws IOException {
        Path socket = dir.resolve("s");
        log = dir.resolve("redis.log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "redis-server",
                                "--port",
                                "0",
                                "--unixsocket",
                                socket.toString(),
                                "--dir",
                                dir.toString(),
                                "--save",
                                "",
                                "--enable-debug-command",
                                "yes",
                                "--logfile",
                                log.toString()));
        command.addAll(List.of(directives));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            channel = connect(socket);
        } catch (IOException | RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
        in = new BufferedInputStream(Channels.newInputStream(channel));
        out = Channels.newOutputStream(channel);
    }

    /** The line about the socket is the last of a start, after the load. */
    private SocketChannel connect(Path socket) throws IOException {
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .pollInterval(20, TimeUnit.MILLISECONDS)
                .failFast(
                        () -> {
                            if (!process.isAlive()) {
                                throw new AssertionError(
                                        "redis-server ended: " + Files.readString(log));
                            }
                        })
                .until(() -> Files.exists(log) && log().contains("accept connections at"));
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /** Sends a command of Latin-1 strings and answers its reply: text, number as text, null, or a list of these. */
    Object call(String... arguments) {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            bytes[i] = arguments[i].getBytes(ISO_8859_1);
        }
        return call(bytes);
    }

    Object call(byte[]... arguments) {
        try {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.write(("*" + arguments.length + "\r\n").getBytes(ISO_8859_1));
            for (byte[] argument : arguments) {
                request.write(("$" + argument.length + "\r\n").getBytes(ISO_8859_1));
                request.write(argument);
                request.write("\r\n".getBytes(ISO_8859_1));
            }
            request.writeTo(out);
            return reply();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', ':':
                return rest;
            case '-':
                throw new AssertionError("redis-server: " + rest);
            case '$':
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    return null;
                }
                String text = new String(in.readNBytes(length), ISO_8859_1);
                in.readNBytes(2);
                return text;
            case '*':
                List<Object> items = new ArrayList<>();
                for (int i = Integer.parseInt(rest); i > 0; i--) {
                    items.add(reply());
                }
                return items;
            default:
                throw new AssertionError("reply: " + line);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int b = in.read();
        while (b != '\r') {
            if (b < 0) {
                throw new AssertionError("redis-server hung up: " + Files.readString(log));
            }
            line.append((char) b);
            b = in.read();
        }
        in.read();
        return line.toString();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
