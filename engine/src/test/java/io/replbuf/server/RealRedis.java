package io.replbuf.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A redis-server of this machine, to compare with. */
final class RealRedis implements AutoCloseable {
    private static final Path SERVER = Path.of("/usr/bin/redis-server");

    final int port;
    private final Process process;

    RealRedis(Path dir, String... options) throws IOException {
        this(List.of(), dir, options);
    }

    private RealRedis(List<String> conf, Path dir, String... options) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(SERVER.toString()));
        command.addAll(conf);
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir"));
        command.add(dir.toString());
        if (conf.isEmpty()) {
            command.addAll(List.of("--save", ""));
        }
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        process =
                builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Awaitility.await().atMost(30, TimeUnit.SECONDS).ignoreExceptions().until(this::answers);
    }

    /** With a file that says more than where it listens. */
    static RealRedis withConf(Path conf, Path dir) throws IOException {
        return new RealRedis(List.of(conf.toString()), dir);
    }

    static boolean isInstalled() {
        return Files.isExecutable(SERVER);
    }

    /** A tool of the same package, null if it is not there. */
    static Path tool(String name) {
        Path path = Path.of("/usr/bin", name);
        return Files.isExecutable(path) ? path : null;
    }

    private boolean answers() throws IOException {
        try (RawClient client = new RawClient(port)) {
            String reply = client.call("PING");
            return reply.equals("+PONG") || reply.startsWith("-NOAUTH");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
