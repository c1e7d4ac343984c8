package io.replbuf.server;

import io.replbuf.primary.ArrayBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A server as a process that rehearses, and that makes no buffer, be it the rehearsal's or its own, before its stdin ends.
 */
final class HeldServer {
    /** Printed where it waits for that. */
    static final String HELD = "held until stdin ends";

    private HeldServer() {}

    /**
     * @param arguments the folder for temporary files, then the server's
     */
    public static void main(String[] arguments) {
        System.setProperty("java.io.tmpdir", arguments[0]);
        ArrayBuffer.watch(
                new ArrayBuffer.Onlooker() {
                    @Override
                    public void making() {
                        System.out.println(HELD);
                        awaitEndOfStdin();
                    }
                });
        System.exit(
                RedisServer.run(Arrays.copyOfRange(arguments, 1, arguments.length), new SameLog()));
    }

    private static void awaitEndOfStdin() {
        try {
            while (System.in.read() >= 0) {
                // Nobody says anything.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that is not {@link ProcessLog#UNCHANGED}, with which there is no rehearsal. */
    private static final class SameLog implements ProcessLog {
        @Override
        public void level(String redisLevel) {}

        @Override
        public void file(Path file) {}
    }
}
