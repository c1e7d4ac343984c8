package io.replbuf.log;

import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ByteSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The log's directives, concluded: every value is in its range and fits the others.
 *
 * @param folder where segments and manifest live: {@code <dir>/<appenddirname>}
 * @param fileName what their names begin with, {@code appendfilename}
 * @param appendOnly whether start-up loads the log, so that nothing since its base may be deleted; {@code appendonly}
 * @param fsync when written bytes are forced to the device
 * @param segmentBytes from which a segment wants to be rolled
 * @param retentionBytes how much is kept for readers to come; more is dropped unless held
 * @param retentionSeconds how long after its last write a segment is kept; 0 without such a limit
 * @param maxBytes most bytes on disk, the cap that wins over holds; the segment being written is never dropped, and with
 *     appendOnly none since the base: then the cap starts a rewrite
 * @param onStall what gives when the disk is too slow
 * @param stallBytes how far the disk may be behind the stream
 * @param stallMillis for how long it may be further behind than that
 */
public record LogConfig(
        Path folder,
        String fileName,
        boolean appendOnly,
        FsyncPolicy fsync,
        long segmentBytes,
        long retentionBytes,
        long retentionSeconds,
        long maxBytes,
        StallPolicy onStall,
        long stallBytes,
        long stallMillis) {
    /** Names that Redis has, with Redis' defaults, and ours. */
    private static final BufferOption APPEND_DIR =
            new BufferOption("appenddirname", "appendonlydir", "folder of the log, inside dir");

    private static final BufferOption APPEND_FILE =
            new BufferOption(
                    "appendfilename", "appendonly.aof", "what the log's file names begin with");
    private static final BufferOption APPEND_ONLY =
            new BufferOption("appendonly", "no", "whether start-up loads the log: yes or no");
    private static final BufferOption APPEND_FSYNC =
            new BufferOption(
                    "appendfsync",
                    "everysec",
                    "when the log is forced to disk: always, everysec or no");
    private static final BufferOption SEGMENT =
            new BufferOption(
                    "repl-log-segment-size",
                    "64mb",
                    "bytes from which a new segment is begun, at least 4kb");
    private static final BufferOption RETENTION_BYTES =
            new BufferOption(
                    "repl-log-retention-bytes",
                    "1gb",
                    "bytes kept for replicas to come, at least 1");
    private static final BufferOption RETENTION_SECONDS =
            new BufferOption(
                    "repl-log-retention-seconds",
                    "3600",
                    "seconds that a finished segment is kept, 0 for no such limit");
    private static final BufferOption MAX =
            new BufferOption(
                    "repl-log-max-bytes",
                    "0",
                    "cap of the log's disk, wins over readers; 0 for 4 times the retention");
    private static final BufferOption ON_STALL =
            new BufferOption(
                    "repl-log-on-stall",
                    "stop",
                    "when the disk cannot follow: stop the log or throttle writers");
    private static final BufferOption STALL_BYTES =
            new BufferOption(
                    "repl-log-stall-bytes",
                    "0",
                    "bytes the disk may be behind; 0 for repl-buffer-window or 16mb, if larger");
    private static final BufferOption STALL_MILLIS =
            new BufferOption(
                    "repl-log-stall-millis",
                    "1000",
                    "milliseconds it may be further behind than that");

    private static final List<BufferOption> OPTIONS =
            List.of(
                    APPEND_DIR,
                    APPEND_FILE,
                    APPEND_ONLY,
                    APPEND_FSYNC,
                    SEGMENT,
                    RETENTION_BYTES,
                    RETENTION_SECONDS,
                    MAX,
                    ON_STALL,
                    STALL_BYTES,
                    STALL_MILLIS);

    private static final Set<BufferOption> SETTABLE =
            Set.of(RETENTION_BYTES, RETENTION_SECONDS, MAX);

    private static final long DEFAULT_STALL_BYTES = 16 << 20;

    /**
     * A manifest's line is at most 1024 characters long (Redis refuses longer ones). The name stands in it with a sequence
     * number, and its numbers, the replid and the keys take less than 300.
     */
    private static final int FILE_NAME_CHARS_MAX = 200;

    public LogConfig {
        plainName("appenddirname", String.valueOf(folder.getFileName()));
        plainName("appendfilename", fileName);
        atLeast("repl-log-segment-size", segmentBytes, 4096);
        atLeast("repl-log-retention-bytes", retentionBytes, 1);
        atLeast("repl-log-retention-seconds", retentionSeconds, 0);
        if (maxBytes < retentionBytes) {
            throw new IllegalArgumentException(
                    "repl-log-max-bytes: "
                            + maxBytes
                            + " (expected: >= repl-log-retention-bytes="
                            + retentionBytes
                            + ", or 0)");
        }
        atLeast("repl-log-stall-bytes", stallBytes, 1);
        atLeast("repl-log-stall-millis", stallMillis, 0);
    }

    /** Every directive that {@link #of} reads, with its default. */
    public static List<BufferOption> options() {
        return OPTIONS;
    }

    /** Whether a log that is open takes the option's value over, see {@link StreamLog#configure}. */
    public static boolean isSettable(BufferOption option) {
        return SETTABLE.contains(option);
    }

    /**
     * @param directives by name, in redis.conf's spelling; absent ones have their defaults
     * @param dir the server's working directory
     * @throws IllegalArgumentException naming the directive, its value and what was expected
     */
    public static LogConfig of(Map<String, String> directives, Path dir) {
        String folder = text(directives, APPEND_DIR);
        plainName("appenddirname", folder);
        long retentionBytes = size(directives, RETENTION_BYTES, 1);
        long maxBytes = size(directives, MAX, 0);
        long stallBytes = size(directives, STALL_BYTES, 0);
        return new LogConfig(
                dir.resolve(folder),
                text(directives, APPEND_FILE),
                yes(directives, APPEND_ONLY),
                FsyncPolicy.parse(text(directives, APPEND_FSYNC)),
                size(directives, SEGMENT, 4096),
                retentionBytes,
                number(directives, RETENTION_SECONDS),
                maxBytes == 0 ? fourTimes(retentionBytes) : maxBytes,
                StallPolicy.parse(text(directives, ON_STALL)),
                stallBytes == 0 ? defaultStallBytes(directives) : stallBytes,
                number(directives, STALL_MILLIS));
    }

    private static boolean yes(Map<String, String> directives, BufferOption option) {
        String value = text(directives, option);
        if (!value.equals("yes") && !value.equals("no")) {
            throw new IllegalArgumentException(
                    option.name() + ": \"" + value + "\" (expected: yes or no)");
        }
        return value.equals("yes");
    }

    private static long defaultStallBytes(Map<String, String> directives) {
        String option = directives.getOrDefault("repl-buffer-window", "auto");
        long window = option.equals("auto") ? 0 : ByteSize.parse("repl-buffer-window", option, 0);
        return Math.max(window, DEFAULT_STALL_BYTES);
    }

    private static long fourTimes(long bytes) {
        return bytes > Long.MAX_VALUE / 4 ? Long.MAX_VALUE : bytes * 4;
    }

    private static String text(Map<String, String> directives, BufferOption option) {
        return directives.getOrDefault(option.name(), option.defaultValue());
    }

    private static long size(Map<String, String> directives, BufferOption option, long min) {
        return ByteSize.parse(option.name(), text(directives, option), min);
    }

    private static long number(Map<String, String> directives, BufferOption option) {
        String value = text(directives, option);
        if (!value.matches("[0-9]{1,12}")) {
            throw new IllegalArgumentException(
                    option.name() + ": \"" + value + "\" (expected: a number, 0 to 999999999999)");
        }
        return Long.parseLong(value);
    }

    private static void plainName(String name, String value) {
        boolean plain = !value.isEmpty() && !value.equals(".") && !value.equals("..");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            plain &= c != '/' && c != '\\' && c >= ' ' && c < 127;
        }
        if (!plain || value.length() > FILE_NAME_CHARS_MAX) {
            throw new IllegalArgumentException(
                    name
                            + ": \""
                            + value
                            + "\" (expected: a file name without a path, 1 to "
                            + FILE_NAME_CHARS_MAX
                            + " printable ASCII characters)");
        }
    }

    private static void atLeast(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + min + ")");
        }
    }
}
