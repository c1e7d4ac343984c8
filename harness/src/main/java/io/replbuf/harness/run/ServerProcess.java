package io.replbuf.harness.run;

import io.replbuf.harness.measure.RedisInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server process that we start, wait for and end: an engine's JVM or a redis-server.
 *
 * <p>It is killed, not asked, when the cell is over: what a cell records is on disk by then, and a primary with lagging replicas would
 * take its time. A hook kills it when this JVM ends first.
 */
final class ServerProcess implements RunningServer {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final int LOG_TAIL = 2_000;

    /** A disk with less is full: a file's first page does not fit. */
    private static final long ROOM_BYTES_MIN = 4_096;

    /** A process that a signal ended has this and the signal's number as its status. */
    private static final int SIGNALLED = 128;

    private final Process process;
    private final InetSocketAddress address;
    private final Path log;
    private final StopWatch stopped;
    private final Thread hook;

    private ServerProcess(Process process, InetSocketAddress address, Path log) {
        this.process = process;
        this.address = address;
        this.log = log;
        this.stopped = new StopWatch(process.pid());
        this.hook = new Thread(process::destroyForcibly, "kill-server");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Starts it and waits until it answers PING.
     *
     * @param command program and arguments before the directives
     * @param directives by Redis' names; the port is added
     * @param folder working directory and {@code dir}
     * @param log takes its output
     */
    static ServerProcess start(
            List<String> command, Map<String, String> directives, Path folder, Path log)
            throws IOException, InterruptedException {
        InetSocketAddress address = freePort();
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--port", Integer.toString(address.getPort()), "--bind", "127.0.0.1"));
        words.addAll(List.of("--dir", folder.toString()));
        directives.forEach(
                (name, value) -> {
                    words.add("--" + name);
                    words.addAll(List.of(words(value)));
                });
        Process process =
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .start();
        ServerProcess server = new ServerProcess(process, address, log);
        boolean ready = false;
        try {
            server.awaitReady();
            ready = true;
            return server;
        } finally {
            if (!ready) {
                server.close();
            }
        }
    }

    /** Several words are several arguments, as on a command line; an empty value is one empty argument. */
    static String[] words(String value) {
        return value.isBlank() ? new String[] {""} : value.trim().split("\\s+");
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public String death() {
        if (process.isAlive()) {
            return stopped.reason(System.nanoTime());
        }
        int status = process.exitValue();
        String how =
                status > SIGNALLED
                        ? "server was killed by signal " + (status - SIGNALLED)
                        : "server ended with status " + status;
        return how + ": " + logTail();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        String last = "nothing";
        while (System.nanoTime() - deadline < 0) {
            String death = death();
            if (death != null) {
                throw new IOException(death + " (expected: ready to accept connections)");
            }
            try (RedisInfo client = new RedisInfo(address, null, 2_000)) {
                last = client.call("PING");
                if (last.equals("PONG")) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet, or still loading; the deadline decides.
                last = e.getMessage();
            }
            Thread.sleep(20);
        }
        throw new IOException(
                "server at "
                        + address
                        + " said "
                        + last
                        + " after "
                        + READY_LIMIT.toSeconds()
                        + " s (expected: PONG): "
                        + logTail());
    }

    private String logTail() {
        try {
            String text = Files.readString(log, StandardCharsets.ISO_8859_1).trim();
            if (text.isEmpty() && Files.getFileStore(log).getUsableSpace() < ROOM_BYTES_MIN) {
                return "its log is empty: No space left on device";
            }
            return text.substring(Math.max(0, text.length() - LOG_TAIL));
        } catch (IOException e) {
            return "its log cannot be read: " + e;
        }
    }

    private static InetSocketAddress freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), probe.getLocalPort());
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending and runs the hook itself.
            Thread.yield();
        }
    }
}
