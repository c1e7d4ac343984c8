package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.replbuf.testing.StrategyJar;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProcessTest {
    @TempDir Path dir;

    @Test
    void shouldKeepTheLaunchContractAndEndOnSigtermWithStatus0() throws Exception {
        int port = freePort();
        try (ChildServer child =
                start(port, "--save", "900 1", "--pidfile", dir.resolve("pid").toString())) {
            child.awaitOutput("Ready to accept connections");
            assertThat(child.output())
                    .contains(" PID: " + child.process.pid())
                    .contains("Server initialized")
                    .contains("Ready to accept connections");
            assertThat(dir.resolve("pid")).content().isEqualTo(child.process.pid() + "\n");
            try (RawClient client = new RawClient(port)) {
                client.send("PING\r\n\r\n");
                assertThat(client.reply()).isEqualTo("+PONG");
                client.call("SET", "k", "v");
                child.process.destroy();
                assertThat(child.status()).isZero();
            }
            assertThat(child.output())
                    .contains("Received SIGTERM scheduling shutdown...")
                    .contains("ready to exit, bye bye");
            assertThat(dir.resolve("dump.rdb")).isRegularFile();
            assertThat(dir.resolve("pid")).doesNotExist();
        }
    }

    @Test
    void shouldEndOnSigtermDuringItsRehearsalWithStatus0AndLeaveNoFolder() throws Exception {
        Path temporary = Files.createDirectory(dir.resolve("temporary"));
        try (ChildServer child = startHeld(temporary)) {
            child.awaitOutput(HeldServer.HELD);
            assertThat(temporary).isNotEmptyDirectory();
            // Its process' own destroy would close stdin, too.
            child.process.toHandle().destroy();
            child.process.getOutputStream().close();
            assertThat(child.status()).isZero();
            assertThat(temporary).isEmptyDirectory();
        }
    }

    @Test
    void shouldEndOnSigtermBeforeItIsReadyWithStatus0() throws Exception {
        try (ChildServer child = startHeld(dir, "--repl-buffer-rehearsal", "no")) {
            child.awaitOutput(HeldServer.HELD);
            child.process.toHandle().destroy();
            child.awaitOutput("Received shutdown signal during loading, scheduling shutdown.");
            child.process.getOutputStream().close();
            assertThat(child.status()).isZero();
            assertThat(child.output())
                    .contains(" PID: " + child.process.pid())
                    .contains("ready to exit, bye bye")
                    .doesNotContain("Ready to accept connections");
        }
    }

    @Test
    void shouldEndAtOnceOnTheSecondSigintAndLeaveNoUnfinishedFile() throws Exception {
        int port = freePort();
        try (ChildServer child =
                start(port, "--save", "900 1", "--rdb-key-save-delay", "10000000")) {
            child.awaitOutput("Ready to accept connections");
            try (RawClient client = new RawClient(port)) {
                client.call("SET", "k", "v");
                interrupt(child);
                child.awaitOutput("Saving the final RDB snapshot before exiting.");
                interrupt(child);
                assertThat(child.status()).isEqualTo(1);
            }
            assertThat(child.output()).contains("You insist... exiting now.");
            assertThat(dir.resolve("dump.rdb")).doesNotExist();
            assertThat(dir.resolve("temp-" + child.process.pid() + ".rdb")).doesNotExist();
        }
    }

    private static void interrupt(ChildServer child) throws Exception {
        new ProcessBuilder("kill", "-INT", Long.toString(child.process.pid())).start().waitFor();
    }

    @Test
    void shouldEndWithStatus0OnShutdown() throws Exception {
        int port = freePort();
        try (ChildServer child = start(port);
                RawClient client = awaitClient(child, port)) {
            client.send("SHUTDOWN NOSAVE\r\n");
            assertThat(client.atEnd()).isTrue();
            assertThat(child.status()).isZero();
            assertThat(dir.resolve("dump.rdb")).doesNotExist();
        }
    }

    @Test
    void shouldSayThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ChildServer child = start(taken.getLocalPort())) {
            assertThat(child.status()).isEqualTo(1);
            assertThat(child.output())
                    .contains("Failed listening on port " + taken.getLocalPort())
                    .doesNotContain("Ready to accept");
        }
    }

    @Test
    void shouldNameTheDirectiveThatIsWrong() throws Exception {
        try (ChildServer child = new ChildServer(dir, "--port", "1", "--maxmemori", "10mb")) {
            assertThat(child.status()).isEqualTo(1);
            assertThat(child.output())
                    .contains("*** FATAL CONFIG FILE ERROR")
                    .contains("at line 2")
                    .contains(">>> 'maxmemori \"10mb\"'")
                    .contains("nearest: maxmemory");
        }
    }

    @Test
    void shouldListStrategiesWhenAskedForOneThatIsNotThere() throws Exception {
        try (ChildServer child = start(freePort(), "--repl-buffer-strategy", "spiral")) {
            assertThat(child.status()).isEqualTo(1);
            assertThat(child.output()).contains("repl-buffer-strategy: spiral").contains("array");
        }
    }

    @Test
    void shouldServeWithAStrategyThatItsPathBrings() throws Exception {
        Path jar = StrategyJar.make(dir.resolve("spiral.jar"), "spiral");
        int port = freePort();
        String[] path = {"--repl-buffer-path", jar.toString()};
        try (ChildServer child = start(port, append(path, "--repl-buffer-strategy", "spiral"))) {
            child.awaitOutput("Ready to accept connections");
            try (RawClient client = new RawClient(port)) {
                assertThat(client.call("INFO", "replication_buffer"))
                        .contains("repl_buffer_strategy:spiral");
                assertThat(client.call("CONFIG", "GET", "repl-buffer-spiral-turns")).contains("3");
            }
            assertThat(child.output()).doesNotContain("rehearsal");
        }
        try (ChildServer child =
                start(freePort(), append(path, "--repl-buffer-strategy", "spirale"))) {
            assertThat(child.status()).isEqualTo(1);
            assertThat(child.output()).contains("one of [array, logged-array, spiral]");
        }
    }

    @Test
    void shouldPrintItsVersionAndHelp() throws Exception {
        try (ChildServer child = new ChildServer(dir, "--version")) {
            assertThat(child.status()).isZero();
            assertThat(child.output()).contains("v=" + RedisServer.VERSION);
        }
        try (ChildServer child = new ChildServer(dir, "--help")) {
            assertThat(child.status()).isZero();
            assertThat(child.output()).contains("repl-buffer-strategy");
        }
    }

    @Test
    void shouldServeOnWhenItsFolderCannotBeWritten() throws Exception {
        Path readOnly = Files.createDirectory(dir.resolve("readonly"));
        Files.setPosixFilePermissions(
                readOnly,
                Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE));
        assumeThat(Files.isWritable(readOnly)).as("root may write everywhere").isFalse();
        int port = freePort();
        try (ChildServer child = start(port, "--dir", readOnly.toString());
                RawClient client = awaitClient(child, port)) {
            assertThat(client.call("SAVE")).startsWith("-ERR").contains("readonly");
            assertThat(client.call("PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void shouldListenOnAUnixSocketToo() throws Exception {
        assumeThat(Transport.ofThisJvm()).isEqualTo(Transport.EPOLL);
        Path socket = dir.resolve("socket");
        try (ChildServer child =
                start(0, "--unixsocket", socket.toString(), "--unixsocketperm", "700")) {
            child.awaitOutput("Ready to accept connections");
            try (var channel =
                    java.nio.channels.SocketChannel.open(
                            java.net.UnixDomainSocketAddress.of(socket))) {
                channel.write(java.nio.ByteBuffer.wrap("PING\r\n".getBytes()));
                var reply = java.nio.ByteBuffer.allocate(7);
                while (reply.hasRemaining() && channel.read(reply) >= 0) {
                    // Until the reply is whole.
                }
                assertThat(new String(reply.array())).isEqualTo("+PONG\r\n");
            }
            assertThat(Files.getPosixFilePermissions(socket))
                    .containsExactlyInAnyOrder(
                            PosixFilePermission.OWNER_READ,
                            PosixFilePermission.OWNER_WRITE,
                            PosixFilePermission.OWNER_EXECUTE);
            child.process.destroy();
            assertThat(child.status()).isZero();
            assertThat(socket).doesNotExist();
        }
    }

    private ChildServer start(int port, String... more) throws Exception {
        return new ChildServer(dir, arguments(port, more));
    }

    private ChildServer startHeld(Path temporary, String... more) throws Exception {
        return new ChildServer(
                dir,
                HeldServer.class,
                append(new String[] {temporary.toString()}, arguments(freePort(), more)));
    }

    private String[] arguments(int port, String... more) {
        String[] common = {
            "--port",
            Integer.toString(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            dir.toString(),
            "--save",
            "",
            "--repl-buffer-strategy",
            "array"
        };
        return append(common, more);
    }

    private static String[] append(String[] some, String... more) {
        String[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    private static RawClient awaitClient(ChildServer child, int port) throws Exception {
        child.awaitOutput("Ready to accept connections");
        return new RawClient(port);
    }

    private static int freePort() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
