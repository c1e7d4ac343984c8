package io.replbuf.harness.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.replbuf.harness.scenario.Workload;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A loader against a server that a test can stall. */
class LoaderTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final AtomicLong bytes = new AtomicLong();
    private final Set<String> keys = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch stall = new CountDownLatch(0);
    private volatile String reply = "+OK\r\n";
    private ServerSocket server;
    private Loader loader;

    @AfterEach
    void stop() throws IOException {
        stall.countDown();
        if (loader != null) {
            loader.close();
        }
        server.close();
    }

    private Loader loader(
            Transport transport, Workload.Mode mode, double rate, int valueBytes, long count)
            throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept, "stalling-server");
        thread.setDaemon(true);
        thread.start();
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
        loader =
                Loader.connect(
                        new LoadOptions(
                                address,
                                null,
                                mode,
                                Workload.Arrival.UNIFORM,
                                rate,
                                valueBytes,
                                100,
                                2,
                                8,
                                count,
                                3),
                        transport);
        return loader;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread thread = new Thread(() -> serve(client), "stalling-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream())) {
            while (true) {
                stall.await();
                int parts = number(in, '*');
                for (int i = 0; i < parts; i++) {
                    byte[] part = in.readNBytes(number(in, '$') + 2);
                    bytes.addAndGet(part.length);
                    if (i == 1) {
                        keys.add(new String(part, StandardCharsets.ISO_8859_1).trim());
                    }
                }
                client.getOutputStream().write(reply.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException | InterruptedException e) {
            // The loader has hung up, or the test is over.
            Thread.currentThread().interrupt();
        }
    }

    private static int number(InputStream in, char first) throws IOException {
        int c = in.read();
        if (c != first) {
            throw new IOException("byte: " + c + " (expected: " + first + ")");
        }
        int value = 0;
        for (c = in.read(); c != '\r'; c = in.read()) {
            value = value * 10 + c - '0';
        }
        in.read();
        return value;
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void shouldWriteEveryKeyOnceWhenItHasACount(Transport transport) throws Exception {
        loader(transport, Workload.Mode.CLOSED, 0, 64, 100).start(System.nanoTime());
        loader.done().get();
        assertThat(keys).hasSize(100).allMatch(key -> key.length() == 16);
        assertThat(loader.answered()).isEqualTo(100);
        assertThat(loader.response().interval(null).getTotalCount()).isEqualTo(100);
    }

    @Test
    void shouldChargeAStallToTheServerAndNotToItself() throws Exception {
        loader(Transport.best(), Workload.Mode.OPEN, 20_000, 1024, 0);
        stall = new CountDownLatch(1);
        long start = System.nanoTime();
        loader.start(start);
        // In flight are at most two windows of 4096 writes; each connection's thread may have been
        // past the latch with one.
        await().atMost(LIMIT).until(() -> System.nanoTime() - start > 1_000_000_000L);
        assertThat(loader.sent()).isLessThanOrEqualTo(2 * 4096 + 2);
        stall.countDown();
        await().atMost(LIMIT).until(() -> loader.answered() > 20_000);
        loader.stop();
        loader.done().get();
        Histogram response = loader.response().interval(null);
        Histogram service = loader.service().interval(null);
        // The first write waited for about a second, and of 20,000 meant for that second half
        // waited for over 300 ms.
        assertThat(response.getMaxValue()).isGreaterThan(900_000_000L);
        assertThat(response.getCountBetweenValues(300_000_000L, Long.MAX_VALUE / 2))
                .isGreaterThan(10_000);
        assertThat(response.getCountBetweenValues(300_000_000L, Long.MAX_VALUE / 2))
                .as("those that were sent late count in the response time only")
                .isGreaterThan(service.getCountBetweenValues(300_000_000L, Long.MAX_VALUE / 2));
        assertThat(
                        loader.delay()
                                .interval(null)
                                .getCountBetweenValues(300_000_000L, Long.MAX_VALUE / 2))
                .as("lateness on the loader's own account")
                .isLessThan(1_000);
    }

    @Test
    void shouldKeepBytesBoundedWhileLargeValuesStall() throws Exception {
        loader(Transport.best(), Workload.Mode.OPEN, 20_000, 64 << 10, 0);
        stall = new CountDownLatch(1);
        loader.start(System.nanoTime() - 5_000_000_000L);
        long[] before = {-1};
        await().atMost(LIMIT)
                .until(
                        () -> {
                            boolean still = before[0] == loader.sent() && before[0] > 0;
                            before[0] = loader.sent();
                            return still;
                        });
        // 100,000 writes of 64 KiB were due; two high-water marks, two batches and the kernels'
        // buffers hold a few hundred.
        assertThat(loader.sent()).isLessThan(500);
    }

    @Test
    void shouldChargeNobodyForATimeInWhichItRested() throws Exception {
        loader(Transport.best(), Workload.Mode.OPEN, 2_000, 64, 0).start(System.nanoTime());
        await().atMost(LIMIT).until(() -> loader.answered() > 100);
        loader.rest(true);
        long[] before = {-1};
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(300))
                .until(
                        () -> {
                            boolean still = before[0] == loader.answered();
                            before[0] = loader.answered();
                            return still;
                        });
        loader.response().interval(null);
        loader.rest(false);
        await().atMost(LIMIT).until(() -> loader.answered() > before[0] + 200);
        loader.stop();
        loader.done().get();
        assertThat(loader.response().interval(null).getMaxValue())
                .as("nanoseconds since the first write after the rest was meant to start")
                .isLessThan(300_000_000L);
    }

    @Test
    void shouldWaitForReplicasThatAreTooFarBehindUntilTheyHaveHalfCaughtUp() throws Exception {
        AtomicLong taken = new AtomicLong();
        Loader waiting = loader(Transport.best(), Workload.Mode.CLOSED, 0, 1024, 0);
        waiting.waitForReplicas(
                () -> waiting.answered() * waiting.commandBytes() - taken.get(), 1 << 20);
        waiting.start(System.nanoTime());
        long[] before = {-1};
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> {
                            boolean still = before[0] == waiting.answered() && before[0] > 0;
                            before[0] = waiting.answered();
                            return still;
                        });
        assertThat(before[0] * waiting.commandBytes()).isGreaterThan(1 << 20);
        taken.set(before[0] * waiting.commandBytes());
        await().atMost(LIMIT).until(() -> waiting.answered() > before[0]);
    }

    @Test
    void shouldCountErrorsAndKeepTheFirst() throws Exception {
        reply = "-OOM command not allowed\r\n";
        loader(Transport.best(), Workload.Mode.CLOSED, 0, 64, 100).start(System.nanoTime());
        loader.done().get();
        assertThat(loader.errors()).isEqualTo(100);
        assertThat(loader.firstError()).isEqualTo("-OOM command not allowed");
    }

    @Test
    void shouldFailWhenTheServerHangsUp() throws Exception {
        loader(Transport.best(), Workload.Mode.OPEN, 1_000, 64, 0).start(System.nanoTime());
        await().atMost(LIMIT).until(() -> loader.answered() > 10);
        reply = "junk\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n";
        assertThatThrownBy(() -> loader.done().get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("a reply to nothing");
        assertThat(loader.failure()).isNotNull();
    }

    @Test
    void shouldPingAnEchoProcessThatEndsWithItsHandle() throws Exception {
        server = new ServerSocket(0);
        InetSocketAddress address;
        try (EchoProcess echo = EchoProcess.start();
                Pinger pinger = new Pinger("control.response", echo.address(), null, 1_000)) {
            address = echo.address();
            pinger.start();
            Histogram all = new Histogram(3);
            await().atMost(LIMIT)
                    .until(
                            () -> {
                                all.add(pinger.response().interval(null));
                                return all.getTotalCount() > 100;
                            });
            assertThat(pinger.failure()).isNull();
        }
        assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
                .isInstanceOf(IOException.class);
    }
}
