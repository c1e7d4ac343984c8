package io.replbuf.harness.micro;

import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.LogListener;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Owner;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A log of any size without the disk for it: segments are sparse files, and an earlier life's manifest names them.
 *
 * <p>For who looks offsets up; what is read are zeros. One thread.
 */
final class SparseLog implements AutoCloseable {
    static final long SEGMENT_BYTES = 64L << 20;

    private final Path dir = Files.createTempDirectory("replbuf-sparse");
    private final StreamLog log;

    SparseLog(int segments) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("appendonlydir"));
        Files.writeString(
                folder.resolve("appendonly.aof.manifest"),
                manifest(folder, segments),
                StandardCharsets.US_ASCII);
        LogConfig config =
                LogConfig.of(Map.of("repl-log-retention-bytes", Long.toString(1L << 50)), dir);
        LogEnv env =
                LogEnv.of(new Accountant().account(Owner.LOG), Runnable::run, LogListener.NONE);
        log = StreamLog.recover(config, env).resume(Replid.random());
        long bytes = log.range().nextOffset() - log.range().startOffset();
        if (bytes != segments * SEGMENT_BYTES) {
            throw new IllegalStateException(
                    "range: " + log.range() + " (expected: " + segments + " segments)");
        }
    }

    StreamLog log() {
        return log;
    }

    @Override
    public void close() throws IOException {
        log.close();
        try (Stream<Path> files = Files.walk(dir)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }

    /** Makes the files, and the lines of a log whose last segment is empty. */
    private static String manifest(Path folder, int segments) throws IOException {
        StringBuilder lines = new StringBuilder();
        Replid replid = Replid.random();
        for (int i = 0; i <= segments; i++) {
            String name = "appendonly.aof." + (i + 1) + ".incr.aof";
            boolean last = i == segments;
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
                file.setLength(last ? 0 : SEGMENT_BYTES);
            }
            // As Redis counts: where the byte before the file's first stands. At least 1, since 0
            // says nothing.
            long start = 1 + i * SEGMENT_BYTES;
            lines.append("file ").append(name).append(" seq ").append(i + 1);
            lines.append(" type i startoffset ").append(start);
            if (!last) {
                lines.append(" endoffset ").append(start + SEGMENT_BYTES);
            }
            lines.append(" replid ").append(replid).append('\n');
        }
        CRC32C crc = new CRC32C();
        crc.update(lines.toString().getBytes(StandardCharsets.US_ASCII));
        return lines + String.format(Locale.ROOT, "# crc32c %08x\n", crc.getValue());
    }
}
