package io.replbuf.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultTextTest {
    @TempDir Path dir;

    @Test
    void shouldSayWhatTheSystemSays() {
        Map<Throwable, String> words =
                Map.ofEntries(
                        Map.entry(new NoSuchFileException("/x"), "No such file or directory"),
                        Map.entry(new AccessDeniedException("/x"), "Permission denied"),
                        Map.entry(new FileAlreadyExistsException("/x"), "File exists"),
                        Map.entry(new NotDirectoryException("/x"), "Not a directory"),
                        Map.entry(new DirectoryNotEmptyException("/x"), "Directory not empty"),
                        Map.entry(
                                new FileSystemException("/x", null, "No space left on device"),
                                "No space left on device"),
                        Map.entry(new FileSystemException("/x"), "Input/output error"),
                        Map.entry(new IOException(), "Input/output error"),
                        Map.entry(new IOException("Broken pipe"), "Broken pipe"),
                        Map.entry(new ConnectException("Connection refused"), "Connection refused"),
                        Map.entry(new UnresolvedAddressException(), "Name or service not known"),
                        Map.entry(new OutOfMemoryError(), "Cannot allocate memory"));
        words.forEach((fault, word) -> assertThat(FaultText.reason(fault)).isEqualTo(word));
    }

    @Test
    void shouldHaveAWordForWhatSaysNothing() {
        assertThat(FaultText.of(new ClosedChannelException())).isEqualTo("already closed");
        assertThat(FaultText.of(new AsynchronousCloseException())).isEqualTo("already closed");
        assertThat(FaultText.of(new EOFException())).isEqualTo("ends too early");
        assertThat(FaultText.of(new InterruptedException())).isEqualTo("interrupted");
        assertThat(FaultText.of(new TimeoutException())).isEqualTo("timed out");
        assertThat(FaultText.of(new MalformedInputException(1)))
                .isEqualTo("not a text in this encoding");
        assertThat(FaultText.of(new ArithmeticException())).isEqualTo("internal error");
        assertThat(FaultText.of(new NullPointerException("Cannot invoke \"io.replbuf.X.y()\"")))
                .isEqualTo("internal error");
    }

    @Test
    void shouldNameTheFileUnlessTheSentenceDoes() {
        FileSystemException renamed = new FileSystemException("/a", "/b", "Read-only file system");
        assertThat(FaultText.of(renamed)).isEqualTo("/a -> /b: Read-only file system");
        assertThat(FaultText.reason(renamed)).isEqualTo("Read-only file system");
        assertThat(FaultText.of(new NoSuchFileException("/a")))
                .isEqualTo("/a: No such file or directory");
    }

    @Test
    void shouldTellOfTheCauseOfAWrapperThatSaysNothing() {
        IOException full = new FileSystemException("/a", null, "No space left on device");
        for (Throwable wrapper :
                List.of(
                        new UncheckedIOException(full),
                        new ExecutionException(full),
                        new CompletionException(new UncheckedIOException(full)),
                        new IllegalStateException(null, full))) {
            assertThat(FaultText.of(wrapper)).isEqualTo("/a: No space left on device");
        }
        assertThat(FaultText.of(new IOException("the index is torn", full)))
                .isEqualTo("the index is torn");
    }

    @Test
    void shouldLeaveOutTheFunctionOfANativeTransport() {
        assumeThat(Epoll.isAvailable()).as("Netty's epoll").isTrue();
        Throwable reset = new Errors.NativeIoException("recvAddress", -104);
        assertThat(reset).hasMessageContaining("recvAddress(..)");
        assertThat(FaultText.of(reset)).isEqualTo("Connection reset by peer");
        assertThat(FaultText.of(new IOException("syscall:bind(..) failed: Address already in use")))
                .isEqualTo("Address already in use");
    }

    @Test
    void shouldNameNoClassForRealFaults() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        Files.createFile(Files.createDirectory(dir.resolve("full")).resolve("x"));
        FileChannel closed = FileChannel.open(file);
        closed.close();
        List<Attempt> attempts =
                List.of(
                        () -> Files.readString(dir.resolve("none")),
                        () -> Files.readString(dir),
                        () -> Files.createFile(file),
                        () -> Files.delete(dir.resolve("full")),
                        () -> Files.newDirectoryStream(file),
                        () -> Files.createFile(file.resolve("below")),
                        () -> Files.move(dir, dir.resolve("full").resolve("itself")),
                        () -> FileChannel.open(dir, StandardOpenOption.WRITE),
                        closed::size,
                        () -> {
                            throw new RejectedExecutionException("event executor terminated");
                        });
        for (Attempt attempt : attempts) {
            Throwable fault = fault(attempt);
            assertThat(FaultText.of(fault))
                    .as("of %s", fault)
                    .isNotBlank()
                    .doesNotContainPattern("Exception|Error:|java\\.|io\\.netty");
            assertThat(FaultText.reason(fault)).doesNotContain(dir.toString());
        }
    }

    private static Throwable fault(Attempt attempt) {
        try {
            attempt.run();
        } catch (Exception fault) {
            return fault;
        }
        throw new AssertionError("went well");
    }

    private interface Attempt {
        void run() throws Exception;
    }
}
