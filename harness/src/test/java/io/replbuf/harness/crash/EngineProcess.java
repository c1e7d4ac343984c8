package io.replbuf.harness.crash;

import io.replbuf.server.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** An engine in a JVM of its own, on one port and in one folder through all its lives. */
public final class EngineProcess implements AutoCloseable {
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Short lives: compiling well would take longer than they last. */
    private static final List<String> SHORT_LIVES =
            List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

    final int port;
    private final Path dir;
    private final List<String> directives;
    private final List<String> jvmFlags;
    private final Map<String, String> environment;
    private Process process;

    EngineProcess(Path dir, List<String> directives) throws IOException {
        this(dir, directives, SHORT_LIVES, Map.of());
    }

    public EngineProcess(
            Path dir,
            List<String> directives,
            List<String> jvmFlags,
            Map<String, String> environment)
            throws IOException {
        this.dir = dir;
        this.directives = directives;
        this.jvmFlags = jvmFlags;
        this.environment = environment;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    /** Begins a life and waits until it answers; fails with its last lines if it does not. */
    public void start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        RedisServer.class.getName()));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
        command.addAll(List.of("--dir", dir.toString(), "--enable-debug-command", "yes"));
        command.addAll(directives);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        process = builder.start();
        long deadline = System.nanoTime() + READY_NANOS;
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("the engine does not start: " + logTail());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** SIGKILL: no handler of its own runs. */
    public void kill() {
        // Completed when the process is gone and its port with it.
        process.destroyForcibly().onExit().join();
    }

    /** Waits until the process has ended by itself. */
    public void awaitEnd(Duration patience) throws IOException, InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the engine does not end: " + logTail());
        }
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public Jedis client() {
        return new Jedis("127.0.0.1", port, 60_000);
    }

    /** The end of what it has said in all its lives. */
    public String logTail() throws IOException {
        String text = Files.readString(log());
        return text.substring(Math.max(0, text.length() - 4_000));
    }

    public Path log() {
        return dir.resolve("engine.log");
    }

    private boolean answers() {
        try (Jedis jedis = client()) {
            return jedis.ping().equals("PONG");
        } catch (JedisException e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
