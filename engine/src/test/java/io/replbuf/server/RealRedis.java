package io.replbuf.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A redis-server of this machine, to compare with. */
final class RealRedis implements AutoCloseable {
    private static final Path SERVER = Path.of("/usr/bin/redis-server");

    final int port;
    private final Process process;

    RealRedis(Path dir, String... options) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                        SERVER.toString(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--dir",
                        dir.toString());
        builder.command().addAll(java.util.List.of(options));
        process =
                builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Awaitility.await().atMost(30, TimeUnit.SECONDS).ignoreExceptions().until(this::answers);
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
            return client.call("PING").equals("+PONG");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
