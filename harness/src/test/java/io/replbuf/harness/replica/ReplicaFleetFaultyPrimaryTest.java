package io.replbuf.harness.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replbuf.harness.load.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A primary that hangs up after every single byte of its handshake, or talks nonsense: the replica comes back until it is served. */
class ReplicaFleetFaultyPrimaryTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String ID = "0123456789abcdef0123456789abcdef01234567";
    private static final String MARK = "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStT";

    private final AtomicInteger connections = new AtomicInteger();
    private ServerSocket socket;
    private ReplicaFleet fleet;

    /** What a connection is answered with, from its first byte on; the number of the connection counts from 0. */
    private interface Script {
        void answer(int connection, OutputStream out, InputStream in) throws IOException;
    }

    private SimulatedReplica replicaOf(Transport transport, Script script) throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread primary = new Thread(() -> serve(script), "scripted-primary");
        primary.setDaemon(true);
        primary.start();
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        fleet = new ReplicaFleet(address, null, ReplicaProbe.NONE, new NoTruth(), transport);
        SimulatedReplica replica =
                fleet.add(new ReplicaOptions(0, 7001, 65_536, 0, 0, 0, 1_000_000, 1));
        replica.connect();
        return replica;
    }

    private void serve(Script script) {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                client.setTcpNoDelay(true);
                script.answer(
                        connections.getAndIncrement(),
                        client.getOutputStream(),
                        client.getInputStream());
            } catch (IOException e) {
                // The replica hung up first, or the test is over: the next connection tells.
                Thread.onSpinWait();
            }
        }
    }

    @AfterEach
    void stop() throws IOException {
        fleet.close();
        socket.close();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void shouldComeBackAfterACutAtEveryByteOfTheHandshake(Transport transport) throws IOException {
        String stream = "*1\r\n$4\r\nping\r\n";
        byte[] whole =
                ("+PONG\r\n+OK\r\n+OK\r\n\n+FULLRESYNC "
                                + ID
                                + " 50\r\n\n$EOF:"
                                + MARK
                                + "\r\nREDIS0010xxxx"
                                + MARK
                                + stream)
                        .getBytes(StandardCharsets.ISO_8859_1);
        SimulatedReplica replica =
                replicaOf(
                        transport,
                        (connection, out, in) -> {
                            out.write(whole, 0, Math.min(connection, whole.length));
                            out.flush();
                            if (connection >= whole.length) {
                                in.transferTo(OutputStream.nullOutputStream());
                            }
                        });
        await().atMost(LIMIT)
                .until(
                        () ->
                                replica.offset() == 50 + stream.length()
                                        && connections.get() > whole.length);
        assertThat(fleet.counts().protocolErrors()).isZero();
        assertThat(fleet.counts().gaps()).isZero();
        await().atMost(LIMIT)
                .untilAsserted(
                        () ->
                                assertThat(fleet.ledger())
                                        .filteredOn(ResyncRecord::complete)
                                        .isNotEmpty());
    }

    @Test
    void shouldReportNonsenseAndComeBack() throws IOException {
        SimulatedReplica replica =
                replicaOf(
                        Transport.best(),
                        (connection, out, in) -> {
                            if (connection < 3) {
                                out.write("HTTP/1.1 400 Bad Request\r\n".getBytes());
                            } else {
                                out.write(
                                        ("+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC "
                                                        + ID
                                                        + " 9\r\n$3\r\nabc")
                                                .getBytes());
                            }
                            in.transferTo(OutputStream.nullOutputStream());
                        });
        await().atMost(LIMIT).until(() -> replica.state() == SimulatedReplica.State.STREAMING);
        assertThat(fleet.counts().protocolErrors()).isEqualTo(3);
        assertThat(fleet.counts().firstProtocolError())
                .contains("HTTP/1.1 400")
                .contains("(expected: +PONG)");
    }

    @Test
    void shouldRetryWhileItIsRefused() throws IOException {
        SimulatedReplica replica =
                replicaOf(
                        Transport.best(),
                        (connection, out, in) -> {
                            String hello = "+PONG\r\n+OK\r\n+OK\r\n";
                            String end =
                                    connection < 4
                                            ? "-NOMASTERLINK Can't SYNC\r\n"
                                            : "+FULLRESYNC " + ID + " 9\r\n$0\r\n";
                            out.write((hello + end).getBytes());
                            in.transferTo(OutputStream.nullOutputStream());
                        });
        await().atMost(LIMIT).until(() -> replica.state() == SimulatedReplica.State.STREAMING);
        assertThat(fleet.counts().refusals()).isEqualTo(4);
        assertThat(fleet.counts().protocolErrors()).isZero();
    }

    @Test
    void shouldCountAStreamThatBeginsInTheMiddleOfACommandAsAGap() throws IOException {
        replicaOf(
                Transport.best(),
                (connection, out, in) -> {
                    out.write(
                            ("+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC " + ID + " 9\r\n$3\r\nabcET\r\n")
                                    .getBytes());
                    in.transferTo(OutputStream.nullOutputStream());
                });
        await().atMost(LIMIT).until(() -> fleet.counts().gaps() == 1);
    }

    /** Nothing is known, so nothing is compared. */
    private static final class NoTruth implements StreamTruth {
        @Override
        public String source() {
            return "none";
        }

        @Override
        public long completeChunks() {
            return 0;
        }

        @Override
        public int crc(long chunk) {
            throw new IllegalStateException("chunk: " + chunk + " (expected: none is known)");
        }

        @Override
        public Tail tail() {
            return new Tail(-1, 0);
        }

        @Override
        public boolean intact() {
            return true;
        }
    }
}
