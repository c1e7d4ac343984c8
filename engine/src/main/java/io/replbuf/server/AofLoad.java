package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.keyspace.KeyspaceFullException;
import io.replbuf.log.LogPart;
import io.replbuf.log.RecoveredLog;
import io.replbuf.resp.ProtocolException;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespDecoder;
import io.replbuf.resp.RespLimits;
import io.replbuf.snapshot.KeyDelay;
import io.replbuf.snapshot.LoadListener;
import io.replbuf.snapshot.LoadOptions;
import io.replbuf.snapshot.LoadResult;
import io.replbuf.snapshot.RdbFormatException;
import io.replbuf.snapshot.RdbLimits;
import io.replbuf.snapshot.RdbLoad;
import io.replbuf.stream.RedisOffsets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a log: its base, then the stream since, executed by the very commands that once wrote it.
 *
 * <p>What was past its time when the server died is deleted, and the stream told, as soon as the server runs. Memory is bounded
 * by the longest command. Any difference between what a command did once and what it does now ends the load, so that no data
 * set is served that the stream does not lead to.
 *
 * <p>Command loop. Log texts are Redis'.
 */
final class AofLoad implements DataLoad {
    private static final Logger LOG = LoggerFactory.getLogger(AofLoad.class);

    /** What is read at once, and executed in one slice. */
    private static final int READ_BYTES = 1 << 20;

    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ServerConfig config;
    private final Keyspace keyspace;
    private final CommandTable commands;
    private final LongSupplier keyLoadDelayMicros;
    private final RespLimits limits = new RespLimits();
    private final Request request = new Request();
    private final Replay replay;
    private final Iterator<LogPart> parts;
    private final long totalBytes;
    private final long startNanos = System.nanoTime();
    private long progressNanos = startNanos;

    /** Of the parts that are behind us. */
    private long endedBytes;

    private LoadResult result;

    /* The part under way: a snapshot, or commands. */
    private LogPart part;
    private long partStartNanos;
    private RdbLoad snapshot;
    private FileChannel file;
    private long bytes;
    private long position;
    private RespDecoder decoder;
    private ByteBuf in;

    /**
     * @param keyLoadDelayMicros {@code key-load-delay}
     * @throws StartException if what was found does not lead to a data set; the last line says why, as Redis' last line does
     */
    AofLoad(
            ServerConfig config,
            Keyspace keyspace,
            CommandTable commands,
            RecoveredLog found,
            LongSupplier keyLoadDelayMicros)
            throws StartException {
        this.config = config;
        this.keyspace = keyspace;
        this.commands = commands;
        this.keyLoadDelayMicros = keyLoadDelayMicros;
        limits.bulkBytes((int) config.number("proto-max-bulk-len"));
        replay = new Replay(keyspace, request);
        if (found.loadProblem() != null) {
            throw new StartException("Fatal error loading the DB: " + found.loadProblem());
        }
        checkTail(found);
        parts = found.loadParts().iterator();
        long sum = 0;
        for (LogPart each : found.loadParts()) {
            sum += bytes(each);
        }
        totalBytes = sum;
    }

    private void checkTail(RecoveredLog found) throws StartException {
        if (found.malformed()) {
            throw badFormat(found.tornReason(), "");
        }
        if (found.tornBytes() == 0) {
            return;
        }
        if (!config.bool("aof-load-truncated")) {
            throw new StartException(
                    "Unexpected end of file reading the append only file "
                            + found.tornReason()
                            + ". You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix"
                            + " <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration option"
                            + " to yes and restart the server.");
        }
        LOG.warn("!!! Warning: short read while loading the AOF file {}!!!", found.tornReason());
        LOG.warn(
                "AOF loaded anyway because aof-load-truncated is enabled: {} bytes are cut off behind offset {}",
                found.tornBytes(),
                RedisOffsets.toRedis(found.range().nextOffset()));
    }

    private static long bytes(LogPart part) throws StartException {
        try {
            return part.base() ? Files.size(part.file()) : part.bytes();
        } catch (IOException e) {
            throw unreadable(part, e);
        }
    }

    @Override
    public boolean step() throws StartException {
        try {
            if (part == null && !parts.hasNext()) {
                LOG.info("DB loaded from append only file: {} seconds", seconds(startNanos));
                return true;
            }
            if (part == null) {
                open(parts.next());
            }
            if (snapshot != null ? snapshot.step() : commands()) {
                ended();
            }
            tellProgress();
            return false;
        } catch (RdbFormatException e) {
            throw badFormat(name(part), ": " + e.getMessage());
        } catch (IOException e) {
            throw unreadable(part, e);
        } catch (KeyspaceFullException e) {
            throw new StartException("Out of memory reading the append only file " + name(part), e);
        }
    }

    private void open(LogPart next) throws IOException {
        part = next;
        partStartNanos = System.nanoTime();
        file = FileChannel.open(part.file());
        if (part.base() && isSnapshot(file)) {
            file.close();
            LoadOptions options =
                    new LoadOptions(
                            new RdbLimits(limits.bulkBytes(), databases()),
                            Replay.NOTHING_EXPIRES,
                            false,
                            config.number("loading-process-events-interval-bytes"),
                            keyLoadDelayMicros);
            snapshot = RdbLoad.of(part.file(), keyspace, options, LoadListener.NONE);
            return;
        }
        bytes = part.base() ? file.size() : part.bytes();
        position = 0;
        replay.select(0);
        decoder = new RespDecoder(limits);
        in = PooledByteBufAllocator.DEFAULT.directBuffer(READ_BYTES);
    }

    private static boolean isSnapshot(FileChannel file) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(5);
        file.read(magic, 0);
        return new String(magic.array(), StandardCharsets.US_ASCII).equals("REDIS");
    }

    private void ended() throws StartException, IOException {
        if (snapshot != null) {
            result = snapshot.result();
            checkPosition(result);
        }
        endedBytes = loadedBytes();
        closePart();
        LOG.info(
                "DB loaded from {} file {}: {} seconds",
                part.base() ? "base" : "incr",
                name(part),
                seconds(partStartNanos));
        part = null;
    }

    private void checkPosition(LoadResult loaded) throws StartException {
        long stands = loaded.aux().replOffset();
        if (loaded.aux().hasPosition() && RedisOffsets.fromRedis(stands) != part.nextOffset()) {
            throw badFormat(
                    name(part),
                    ": it stands at offset "
                            + stands
                            + " (expected: "
                            + RedisOffsets.toRedis(part.nextOffset())
                            + ", as the manifest says)");
        }
    }

    /**
     * Executes some of the part's commands; it is whole commands that it ends with.
     *
     * @return whether those were the last
     */
    private boolean commands() throws StartException, IOException {
        long start = System.nanoTime();
        if (!in.isReadable() || !goOn(start)) {
            if (position == bytes) {
                if (in.isReadable()) {
                    throw endOfFile();
                }
                return true;
            }
            read();
            goOn(start);
        }
        return false;
    }

    /** Executes what is there; false if it is at an incomplete command, true if the slice is over before. */
    private boolean goOn(long startNanos) throws StartException {
        while (in.isReadable() && decode()) {
            execute();
            if (KeyDelay.pause(keyLoadDelayMicros, () -> false)
                    && System.nanoTime() - startNanos >= SLICE_NANOS) {
                return true;
            }
        }
        return false;
    }

    private void read() throws StartException, IOException {
        decoder.moved(request, -in.readerIndex());
        in.discardReadBytes();
        if (!in.isWritable()) {
            // One command fills it: twice the room, up to what the file can still give.
            in.ensureWritable(in.capacity());
        }
        int count =
                in.writeBytes(file, position, (int) Math.min(in.writableBytes(), bytes - position));
        if (count <= 0) {
            throw endOfFile();
        }
        position += count;
    }

    private boolean decode() throws StartException {
        long at = position - in.readableBytes();
        if (in.getByte(in.readerIndex()) != '*') {
            throw badFormat(name(part), " at byte " + at);
        }
        try {
            return decoder.decode(in, request);
        } catch (ProtocolException e) {
            throw badFormat(name(part), " at byte " + at + ": " + e.getMessage());
        }
    }

    private void execute() throws StartException {
        CommandEntry entry =
                commands.find(request.buffer(), request.position(0), request.length(0));
        if (entry == null) {
            throw new StartException(
                    "Unknown command '"
                            + request.text(0)
                            + "' reading the append only file "
                            + name(part));
        }
        String failure = replay.execute(entry);
        if (failure != null) {
            throw badFormat(
                    name(part), ": " + entry.fullName + " fails now, and did not then: " + failure);
        }
    }

    private int databases() {
        return (int) config.number("databases");
    }

    private void tellProgress() {
        if (System.nanoTime() - progressNanos >= PROGRESS_NANOS) {
            progressNanos = System.nanoTime();
            LOG.info("Loading the append only file: {} of {} bytes", loadedBytes(), totalBytes);
        }
    }

    @Override
    public long totalBytes() {
        return totalBytes;
    }

    @Override
    public long loadedBytes() {
        if (part == null) {
            return endedBytes;
        }
        return endedBytes
                + (snapshot != null ? snapshot.loadedBytes() : position - in.readableBytes());
    }

    @Override
    public LoadResult result() {
        return snapshot != null ? snapshot.result() : result;
    }

    @Override
    public void close() {
        try {
            closePart();
        } catch (IOException e) {
            LOG.warn("Closing {}: {}", name(part), FaultText.reason(e));
        }
    }

    private void closePart() throws IOException {
        if (in != null) {
            in.release();
            in = null;
        }
        if (snapshot != null) {
            snapshot.close();
            snapshot = null;
        }
        if (file != null) {
            file.close();
            file = null;
        }
    }

    private StartException endOfFile() {
        return new StartException(
                "Unexpected end of file reading the append only file " + name(part));
    }

    private static StartException unreadable(LogPart part, IOException cause) {
        return new StartException(
                "Unrecoverable error reading the append only file "
                        + name(part)
                        + ": "
                        + FaultText.reason(cause),
                cause);
    }

    private static StartException badFormat(String file, String detail) {
        return new StartException(
                "Bad file format reading the append only file "
                        + file
                        + detail
                        + ": make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>");
    }

    private static String name(LogPart part) {
        return part.file().getFileName().toString();
    }

    private static String seconds(long since) {
        return String.format(Locale.ROOT, "%.3f", (System.nanoTime() - since) / 1e9);
    }
}
