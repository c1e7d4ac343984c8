package io.replbuf.harness.simulation;

import io.replbuf.buffer.LimitConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What a simulation does, as far as it is not left to chance: sizes, rates, and how often which mishap befalls whom.
 *
 * @param strategy its name
 * @param seed of everything that is left to chance
 * @param nanos virtual time until the mishaps end
 * @param maxSteps after which they end in any case
 * @param replicas how many there are
 * @param loops how many replica loops serve them
 * @param backlogBytes at the start
 * @param blockBytes of the strategy's memory
 * @param windowBytes of a strategy with a history; 0: all replicas read the log
 * @param memoryBytes most native memory, whole extents
 * @param limit the output limit at the start
 * @param options directives of strategy and log
 * @param feedNanos mean time between two writes
 * @param feedFrames most frames of a write
 * @param linkBytesPerSecond the fastest link; others have down to a twentieth
 * @param socketBytes buffers of a connection
 * @param cronNanos the server's period
 * @param checkOneIn one step in so many is followed by a look at everything
 * @param splitSendsOneIn one send in so many is interleaved with others' steps
 * @param faults mean time between two of each mishap; one that is missing never happens
 */
record Plan(
        String strategy,
        long seed,
        long nanos,
        long maxSteps,
        int replicas,
        int loops,
        long backlogBytes,
        int blockBytes,
        long windowBytes,
        long memoryBytes,
        LimitConfig limit,
        Map<String, String> options,
        long feedNanos,
        int feedFrames,
        long linkBytesPerSecond,
        int socketBytes,
        long cronNanos,
        int checkOneIn,
        int splitSendsOneIn,
        Map<Fault, Long> faults) {

    private static final long EXTENT = 32L << 20;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final String WINDOW = "repl-buffer-window";
    private static final String FSYNC = "appendfsync";
    private static final String ONLY_SYNCED = "repl-log-send-only-synced";

    /** What a seed makes of a short life: small memory, much trouble. */
    static Plan random(String strategy, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        // One in some hundred runs out of memory, which takes streams as large as an extent.
        boolean tight = random.nextInt(256) == 0;
        int block = tight ? 16 << 10 : 256 << random.nextInt(5);
        int feedFrames = tight ? 2048 : 1 << random.nextInt(6);
        long feedNanos = SECOND / (5 + random.nextInt(45));
        double bytesPerSecond = feedFrames * 128.0 * SECOND / feedNanos;
        // From a tenth of a second of the stream, which hardly any outage leaves, to six.
        long backlog =
                tight ? 1 << 20 : 1024 + (long) (bytesPerSecond * (0.1 + 6 * square(random)));
        long window = tight ? 1 << 20 : 2048 + (long) (bytesPerSecond * 2 * square(random));
        long seconds = 5 + random.nextInt(20);
        Map<Fault, Long> faults = new HashMap<>();
        for (Fault fault : Fault.values()) {
            if (random.nextInt(3) > 0) {
                faults.put(
                        fault, (long) (fault.meanSeconds() * SECOND * (0.3 + random.nextDouble())));
            }
        }
        LimitConfig limit = randomLimit(random, tight ? 64 << 20 : backlog);
        Map<String, String> options = options(random, block, window, tight);
        long link = (long) (bytesPerSecond * (1 + 20 * random.nextDouble())) + 1024;
        int socket = tight ? 1 << 20 : 512 << random.nextInt(8);
        if (random.nextInt(4) == 0) {
            window = 0;
            options.put(WINDOW, "0");
        }
        if (random.nextInt(4) == 0) {
            options.put(ONLY_SYNCED, "yes");
            // With no, nothing would ever be sent.
            options.replace(FSYNC, "no", "everysec");
        }
        return new Plan(
                strategy,
                seed,
                seconds * SECOND,
                tight ? 20_000 : 3_000,
                1 + random.nextInt(6),
                1 + random.nextInt(3),
                backlog,
                block,
                window,
                tight ? EXTENT : 8 * EXTENT,
                limit,
                options,
                feedNanos,
                feedFrames,
                link,
                socket,
                SECOND / 10,
                1,
                2,
                faults);
    }

    /** A day, or any time, of many replicas that write a little and are away now and then. */
    static Plan day(String strategy, long seed, int replicas, long hours) {
        Map<Fault, Long> faults = new HashMap<>();
        faults.put(Fault.CUT, 20 * SECOND);
        faults.put(Fault.STALL, 20 * SECOND);
        faults.put(Fault.SLOW_READER, 600 * SECOND);
        faults.put(Fault.LOOP_PAUSE, 300 * SECOND);
        faults.put(Fault.DISK_STALL, 900 * SECOND);
        faults.put(Fault.FULL_DISK, 6 * 3600 * SECOND);
        faults.put(Fault.RESIZE, 3600 * SECOND);
        faults.put(Fault.LIMIT, 3600 * SECOND);
        faults.put(Fault.CRASH, 4 * 3600 * SECOND);
        faults.put(Fault.RESTART, 8 * 3600 * SECOND);
        faults.put(Fault.BURST, 1800 * SECOND);
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, String> options = options(random, 1024, 32 << 10, false);
        options.put(FSYNC, "everysec");
        options.put("repl-log-segment-size", "1mb");
        options.put("repl-log-retention-bytes", "8mb");
        return new Plan(
                strategy,
                seed,
                hours * 3600 * SECOND,
                Long.MAX_VALUE,
                replicas,
                4,
                16 << 10,
                1024,
                32 << 10,
                16 * EXTENT,
                new LimitConfig(64 << 10, 32 << 10, 30),
                options,
                2 * SECOND,
                8,
                64 << 10,
                4 << 10,
                SECOND,
                4096,
                64,
                faults);
    }

    private static double square(SplittableRandom random) {
        double x = random.nextDouble();
        return x * x;
    }

    static LimitConfig randomLimit(SplittableRandom random, long backlog) {
        return switch (random.nextInt(4)) {
            case 0 -> new LimitConfig(0, 0, 0);
            case 1 -> new LimitConfig(2 * backlog, 0, 0);
            case 2 -> new LimitConfig(0, backlog, 1 + random.nextInt(3));
            default -> new LimitConfig(4 * backlog, backlog, 1 + random.nextInt(3));
        };
    }

    private static Map<String, String> options(
            SplittableRandom random, int block, long window, boolean tight) {
        Map<String, String> options = new HashMap<>();
        options.put("repl-buffer-block-size", Integer.toString(block));
        options.put("repl-buffer-chunk-size", Integer.toString(block));
        options.put(WINDOW, Long.toString(window));
        options.put(FSYNC, List.of("always", "everysec", "no").get(random.nextInt(3)));
        options.put("repl-log-segment-size", tight ? "4mb" : (4096 << random.nextInt(4)) + "");
        options.put(
                "repl-log-retention-bytes", tight ? "64mb" : (16384L << random.nextInt(5)) + "");
        options.put("repl-log-retention-seconds", random.nextInt(3) == 0 ? "10" : "0");
        options.put("repl-log-on-stall", random.nextBoolean() ? "stop" : "throttle");
        options.put("repl-log-stall-bytes", Long.toString(2 * window));
        options.put("repl-log-stall-millis", Integer.toString(200 + random.nextInt(1500)));
        return options;
    }

    /** Whether replicas get only what survives a crash, if the strategy has a log. */
    boolean onlySynced() {
        return "yes".equals(options.get(ONLY_SYNCED));
    }

    /** Of one write: a burst's. */
    long largestWriteBytes() {
        return Math.max(16 << 10, 2L * feedFrames * ModelStream.FRAME_BYTES);
    }

    /** How long pauses, stalls and outages are: 1 in a short life, more in a long one. */
    double scale() {
        return (double) cronNanos / (SECOND / 10);
    }

    /** The same without some mishaps, to find out which ones a failure needs. */
    Plan without(List<Fault> some) {
        Map<Fault, Long> left = new HashMap<>(faults);
        new ArrayList<>(some).forEach(left::remove);
        return with(maxSteps, left);
    }

    /** The same, but the mishaps end after so many steps. */
    Plan steps(long most) {
        return with(most, faults);
    }

    private Plan with(long steps, Map<Fault, Long> left) {
        return new Plan(
                strategy,
                seed,
                nanos,
                steps,
                replicas,
                loops,
                backlogBytes,
                blockBytes,
                windowBytes,
                memoryBytes,
                limit,
                options,
                feedNanos,
                feedFrames,
                linkBytesPerSecond,
                socketBytes,
                cronNanos,
                checkOneIn,
                splitSendsOneIn,
                left);
    }
}
