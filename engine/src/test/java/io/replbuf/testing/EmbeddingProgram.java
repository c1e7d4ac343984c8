package io.replbuf.testing;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.memory.Account;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What somebody who embeds a strategy starts: a main with the engine's and the strategy's classes and a logger on its class path,
 * and a JVM without our flags. It holds 100 MB for a stalled reader, drops it, and does so again.
 */
public final class EmbeddingProgram {
    private static final int MIB = 1 << 20;
    private static final int HELD_MIB = 100;

    private EmbeddingProgram() {}

    /**
     * @param status of the process
     * @param out what it printed: warnings, a line each, and what it found at the end
     * @param err what the JVM had to say
     */
    public record Outcome(int status, List<String> out, List<String> err) {
        /** A number that the program printed as {@code name=number}. */
        public long number(String name) {
            return out.stream()
                    .filter(line -> line.startsWith(name + "="))
                    .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " in " + this));
        }

        public List<String> warnings() {
            return out.stream().filter(line -> !line.matches("\\w+=\\d+")).toList();
        }
    }

    /** Runs it on this JDK. */
    public static Outcome run(ReplicationBufferFactory factory, List<String> flags)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-Xmx64m");
        command.add("-XX:MaxDirectMemorySize=1g");
        command.add("-Dlogback.configurationFile=io/replbuf/testing/warnings-logback.xml");
        command.add("-cp");
        command.add(
                Stream.of(
                                EmbeddingProgram.class,
                                Extents.class,
                                factory.getClass(),
                                org.slf4j.LoggerFactory.class,
                                ch.qos.logback.classic.Logger.class,
                                ch.qos.logback.core.Context.class)
                        .map(EmbeddingProgram::place)
                        .collect(Collectors.joining(java.io.File.pathSeparator)));
        command.add(EmbeddingProgram.class.getName());
        command.add(factory.getClass().getName());
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.PIPE).start();
        // A few lines each, which fit the pipes: one after the other will do.
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running: " + command);
        }
        return new Outcome(process.exitValue(), out.lines().toList(), err.lines().toList());
    }

    private static String place(Class<?> type) {
        return Path.of(
                        java.net.URI.create(
                                type.getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toString()))
                .toString();
    }

    public static void main(String[] arguments) throws Exception {
        ReplicationBufferFactory factory =
                (ReplicationBufferFactory)
                        Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        Extents extents = new Extents(16L * Extent.BYTES, null);
        Account account = new Accountant().account(Owner.REPLICATION);
        Executor loop = Runnable::run;
        ReplicationBuffer buffer =
                factory.create(
                        new BufferContext(
                                System::nanoTime, extents, account, loop, null, 1, MIB, Map.of()));
        long peak = 0;
        for (int round = 0; round < 2; round++) {
            ReplicaCursor stalled = buffer.open(buffer.nextOffset(), CursorRole.REPLICA, loop);
            for (int i = 0; i < HELD_MIB; i++) {
                buffer.feed(ByteBuffer.allocate(MIB));
                buffer.turn(64);
            }
            ByteBuffer slice = stalled.next(MIB);
            stalled.advance(slice.remaining());
            peak = Math.max(peak, extents.mappedBytes());
            stalled.close();
            while (buffer.turn(640)) {
                // Trims in steps, as a command loop would between its events.
            }
        }
        print("peak", peak);
        print("mapped", extents.mappedBytes());
        buffer.close();
        print("live", extents.liveBytes());
        extents.close();
    }

    private static void print(String name, long number) {
        System.out.println(name + "=" + number);
    }
}
