package io.replbuf.harness.run;

import io.replbuf.harness.load.LoadOptions;
import io.replbuf.harness.load.Loader;
import io.replbuf.harness.load.StallingServer;
import io.replbuf.harness.load.Transport;
import io.replbuf.harness.measure.CellResult;
import io.replbuf.harness.measure.Instruments;
import io.replbuf.harness.measure.IntervalLog;
import io.replbuf.harness.measure.RunFiles;
import io.replbuf.harness.scenario.Workload;
import io.replbuf.harness.stats.StallModel;
import io.replbuf.harness.stats.StallModel.Stall;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Holds the run's own instruments against a server whose response times are known, on this machine and before the first cell.
 *
 * <p>The real loader, recorders and interval log measure a server of ours that sleeps on a schedule:
 *
 * <pre>
 *   |########## 180 ms .... |###### 60 .... |###### 60 .... | … 17 of them …   2 s in all
 *   0                      300             400             500
 * </pre>
 *
 * <p>Half of all writes meet a stall, so the median is one of waiting, too: 12 ms, and p99 and p99.9 are 180 - 20 and 180 - 2 ms.
 * Takes about three seconds; leaves {@code instruments.json} and {@code instruments.hlog}.
 */
public final class InstrumentCheck {
    private static final long MILLI = 1_000_000L;
    private static final long PERIOD_NANOS = 2_000 * MILLI;
    private static final long LONG_NANOS = 180 * MILLI;
    private static final long SHORT_NANOS = 60 * MILLI;
    private static final double RATE_PER_SECOND = 4_000;
    private static final int VALUE_BYTES = 64;

    /** Enough that the compiler has seen the loader's way from schedule to histogram. */
    private static final long WARMUP_WRITES = 30_000;

    /** From the order to start until the first write is meant to be sent. */
    private static final long LEAD_NANOS = 50 * MILLI;

    private static final long LIMIT_SECONDS = 30;

    private InstrumentCheck() {}

    private static List<Stall> stalls() {
        return Stream.concat(
                        Stream.of(new Stall(0, LONG_NANOS)),
                        IntStream.range(3, 20)
                                .mapToObj(i -> new Stall(i * 100 * MILLI, SHORT_NANOS)))
                .toList();
    }

    /**
     * Measures and says so; a check that cannot be made is one that was not passed.
     *
     * @param line takes what was found, in one line
     * @return why no latency of this run may be used, or null
     */
    public static String doubt(RunFiles files, Consumer<String> line) {
        String broken;
        try {
            Instruments instruments = run(files, Transport.best());
            line.accept("Instruments: " + instruments.words());
            return instruments.doubt();
        } catch (IOException e) {
            broken = e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            broken = "interrupted";
        }
        line.accept("Instruments: not checked: " + broken);
        return "instruments: not checked: " + broken + "; latency is advisory";
    }

    /**
     * Measures, and writes the two files.
     *
     * @throws IOException when the files cannot be written, or the load broke down
     */
    static Instruments run(RunFiles files, Transport transport)
            throws IOException, InterruptedException {
        try (StallingServer server = new StallingServer()) {
            warmUp(server, transport);
            try (Loader loader =
                            Loader.connect(
                                    options(
                                            server.address(),
                                            Workload.Mode.OPEN,
                                            (long) (RATE_PER_SECOND * PERIOD_NANOS / 1e9)),
                                    transport);
                    IntervalLog log =
                            new IntervalLog(
                                    files.instrumentsLog(),
                                    List.of(loader.response(), loader.service(), loader.delay()),
                                    List.of("a server that sleeps on a schedule"))) {
                long epoch = System.nanoTime() + LEAD_NANOS;
                server.stall(epoch, stalls());
                loader.start(epoch);
                await(loader);
                log.roll(true);
                Instruments instruments = compare(log, server.slept());
                files.writeInstruments(instruments);
                return instruments;
            }
        }
    }

    /**
     * @param slept the stalls as they were, because how late the system wakes the server is not the loader's to answer for
     */
    private static Instruments compare(IntervalLog log, List<Stall> slept) throws IOException {
        // Serving takes a few microseconds, which are nothing beside a millisecond of tolerance.
        StallModel model = model(slept);
        CellResult.Percentiles response = log.measured("client.response");
        return new Instruments(
                RunFiles.SCHEMA_VERSION,
                "a server that sleeps 60 to 180 ms, 18 times in 2 s",
                List.of(
                        reading(model, 50, response.p50()),
                        reading(model, 99, response.p99()),
                        reading(model, 99.9, response.p999())),
                log.measured("loader.delay").p99());
    }

    /**
     * @throws IOException when the system let the server sleep into its next stall, so that the right answer is unknown
     */
    private static StallModel model(List<Stall> slept) throws IOException {
        try {
            return new StallModel(slept, PERIOD_NANOS, 0, RATE_PER_SECOND);
        } catch (IllegalArgumentException e) {
            throw new IOException("the server was woken too late: " + e.getMessage(), e);
        }
    }

    private static Instruments.Reading reading(StallModel model, double percent, double micros) {
        return new Instruments.Reading(percent, model.percentileNanos(percent) / 1e3, micros);
    }

    private static void warmUp(StallingServer server, Transport transport)
            throws IOException, InterruptedException {
        try (Loader loader =
                Loader.connect(
                        options(server.address(), Workload.Mode.CLOSED, WARMUP_WRITES),
                        transport)) {
            loader.start(System.nanoTime());
            await(loader);
        }
    }

    private static LoadOptions options(InetSocketAddress address, Workload.Mode mode, long count) {
        return new LoadOptions(
                address,
                null,
                mode,
                Workload.Arrival.UNIFORM,
                RATE_PER_SECOND,
                VALUE_BYTES,
                100,
                1,
                8,
                count,
                1);
    }

    private static void await(Loader loader) throws IOException, InterruptedException {
        try {
            loader.done().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("instruments: " + e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException(
                    "instruments: "
                            + loader.answered()
                            + " writes after "
                            + LIMIT_SECONDS
                            + " s (expected: all)",
                    e);
        }
    }
}
