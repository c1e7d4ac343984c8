package io.replbuf.harness.soak;

import io.replbuf.harness.interop.RedisBinary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.SaveMode;
import redis.clients.jedis.exceptions.JedisException;

/** A real server that follows the engine through all its own lives, on one port and in one folder. */
final class FleetReplica implements AutoCloseable {
    /** Replicas leave a silent primary, and the primary leaves silent replicas, after this long. */
    static final int TIMEOUT_SECONDS = 6;

    private static final int CALL_MILLIS = 5_000;

    final RedisBinary binary;
    private final Path executable;
    private final Path dir;
    private final int primaryPort;
    private final int port;
    private final SyncLog syncs;
    private Process process;
    private boolean hung;

    /** Things done to it, or to the primary, that may have cost it a synchronisation which was under way. */
    int disruptions;

    /** Full resyncs that it asked for because it had nothing. */
    int asked;

    FleetReplica(RedisBinary binary, Path dir, int primaryPort) throws Exception {
        this.binary = binary;
        this.executable = binary.require();
        this.dir = Files.createDirectories(dir);
        this.primaryPort = primaryPort;
        this.syncs = new SyncLog(log());
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    /** Begins a life with what is in its folder. */
    void start(String... directives) throws IOException {
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
        command.addAll(List.of("--dir", dir.toString(), "--save", ""));
        command.addAll(List.of("--repl-timeout", Integer.toString(TIMEOUT_SECONDS)));
        command.addAll(List.of("--replicaof", "127.0.0.1", Integer.toString(primaryPort)));
        if (binary != RedisBinary.V6_2) {
            command.addAll(List.of("--enable-debug-command", "yes"));
            // So that a slow load of a small data set says its empty lines, too.
            command.addAll(List.of("--loading-process-events-interval-bytes", "1024"));
        }
        command.addAll(List.of(directives));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                        .start();
        hung = false;
    }

    boolean isRunning() {
        return process != null && process.isAlive() && !hung;
    }

    boolean isHung() {
        return hung;
    }

    /** SIGKILL; {@code forgetting} also removes what it has saved. */
    void kill(boolean forgetting) throws IOException {
        process.destroyForcibly().onExit().join();
        hung = false;
        if (forgetting) {
            Files.deleteIfExists(dir.resolve("dump.rdb"));
        }
    }

    /** Ends it in order: its next life knows where it was. */
    void shutDown() throws IOException, InterruptedException {
        try (Jedis jedis = client()) {
            jedis.shutdown(SaveMode.SAVE);
        } catch (JedisException e) {
            // A server that ends does not reply; one that is busy is ended below.
        }
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            kill(false);
        }
    }

    void hang() throws IOException, InterruptedException {
        signal("STOP");
        hung = true;
    }

    void wake() throws IOException, InterruptedException {
        signal("CONT");
        hung = false;
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /** What it is told while it may be busy; not heard then. */
    void tell(String... command) {
        try (Jedis jedis = client()) {
            String[] arguments = new String[command.length - 1];
            System.arraycopy(command, 1, arguments, 0, arguments.length);
            jedis.sendCommand(() -> command[0].getBytes(), arguments);
        } catch (JedisException e) {
            // The schedule does not depend on it.
        }
    }

    /** Offset up to which it has the stream; -1 if its link is not up or it does not answer. */
    long offset() {
        try (Jedis jedis = client()) {
            String info = jedis.info("replication");
            return "up".equals(Info.field(info, "master_link_status"))
                    ? Long.parseLong(Info.field(info, "slave_repl_offset"))
                    : -1;
        } catch (JedisException e) {
            return -1;
        }
    }

    String digest() {
        try (Jedis jedis = client()) {
            return Info.digest(jedis);
        }
    }

    SyncLog.News news() throws IOException {
        return syncs.news();
    }

    String logTail() throws IOException {
        String text = Files.readString(log());
        return text.substring(Math.max(0, text.length() - 3_000));
    }

    private Path log() {
        return dir.resolve("log");
    }

    private Jedis client() {
        return new Jedis(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder().timeoutMillis(CALL_MILLIS).build());
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    @Override
    public String toString() {
        return binary + ":" + port;
    }
}
