package io.replbuf.harness.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An idle process that sends back what it is sent: the control pinger's counterpart.
 *
 * <p>{@link #main} is the child: it says its port on standard output, serves one connection at a time, and ends when its standard
 * input does, so that it cannot outlive its parent. {@link #start} is the parent's handle.
 */
public final class EchoProcess implements AutoCloseable {
    private static final String GREETING = "echo on port ";

    private final Process process;
    private final InetSocketAddress address;

    private EchoProcess(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts one with this JVM's program and class path.
     *
     * @throws IOException when it does not start, or does not say its port
     */
    public static EchoProcess start() throws IOException {
        String java = System.getProperty("java.home") + "/bin/java";
        Process process =
                new ProcessBuilder(
                                List.of(
                                        java,
                                        "-Xmx16m",
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        EchoProcess.class.getName()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        String line = output.readLine();
        if (line == null || !line.matches(GREETING + "[0-9]{1,5}")) {
            process.destroyForcibly();
            throw new IOException(
                    "echo process said: " + line + " (expected: " + GREETING + "<n>)");
        }
        int port = Integer.parseInt(line.substring(GREETING.length()));
        return new EchoProcess(
                process, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The child's program. */
    public static void main(String[] args) throws IOException {
        Thread parent = new Thread(EchoProcess::endWithParent, "parent-watch");
        parent.setDaemon(true);
        parent.start();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            PrintStream out = System.out;
            out.println(GREETING + server.socket().getLocalPort());
            out.flush();
            for (; ; ) {
                try (SocketChannel client = server.accept()) {
                    echo(client);
                }
            }
        }
    }

    private static void echo(SocketChannel client) throws IOException {
        client.socket().setTcpNoDelay(true);
        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        while (client.read(buffer) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                client.write(buffer);
            }
            buffer.clear();
        }
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes; only the end of the stream is waited for.
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }
}
