package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.replbuf.keyspace.CommandContext;
import io.replbuf.keyspace.Effects;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.keyspace.KeyspaceFullException;
import io.replbuf.log.LogPart;
import io.replbuf.log.RecoveredLog;
import io.replbuf.resp.ProtocolException;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespDecoder;
import io.replbuf.resp.RespLimits;
import io.replbuf.resp.RespWriter;
import io.replbuf.snapshot.LoadListener;
import io.replbuf.snapshot.LoadOptions;
import io.replbuf.snapshot.LoadResult;
import io.replbuf.snapshot.RdbFormatException;
import io.replbuf.snapshot.RdbLimits;
import io.replbuf.snapshot.RdbLoader;
import io.replbuf.stream.RedisOffsets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a log: its base, then the stream since, executed by the very commands that once wrote it.
 *
 * <p>They run for a client that nobody sees: its replies are dropped, its effects go nowhere, since the stream has them, and
 * for it no key ever expires, since the stream has those deletions, too. What was past its time when the server died is
 * deleted, and the stream told, as soon as the server runs. Memory is bounded by the longest command. Any difference between
 * what a command did once and what it does now ends the load, so that no data set is served that the stream does not lead to.
 *
 * <p>Command loop, before the first client. Log texts are Redis'.
 */
final class AofLoad implements CommandContext, Effects {
    private static final Logger LOG = LoggerFactory.getLogger(AofLoad.class);

    private static final int READ_BYTES = 1 << 20;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Before every expiry: see above. */
    private static final long NOTHING_EXPIRES = 0;

    private final ServerConfig config;
    private final Keyspace keyspace;
    private final CommandTable commands;
    private final RespLimits limits = new RespLimits();
    private final RespWriter replies = new RespWriter(error -> failure = error);
    private final Request request = new Request();
    private String failure;
    private int db;
    private long progressNanos;

    AofLoad(ServerConfig config, Keyspace keyspace, CommandTable commands) {
        this.config = config;
        this.keyspace = keyspace;
        this.commands = commands;
        limits.bulkBytes((int) config.number("proto-max-bulk-len"));
        replies.to(Unpooled.EMPTY_BUFFER, 2);
        replies.mute(true);
    }

    /**
     * Brings the data set to the end of the log's range.
     *
     * @throws StartException if it cannot be read; the last line says why, as Redis' last line does
     */
    void load(RecoveredLog found) throws StartException, IOException {
        long start = System.nanoTime();
        progressNanos = start;
        if (found.loadProblem() != null) {
            throw new StartException("Fatal error loading the DB: " + found.loadProblem());
        }
        checkTail(found);
        for (LogPart part : found.loadParts()) {
            long partStart = System.nanoTime();
            load(part);
            LOG.info(
                    "DB loaded from {} file {}: {} seconds",
                    part.base() ? "base" : "incr",
                    name(part),
                    seconds(partStart));
        }
        LOG.info("DB loaded from append only file: {} seconds", seconds(start));
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

    private void load(LogPart part) throws StartException, IOException {
        try (FileChannel file = FileChannel.open(part.file())) {
            if (!part.base()) {
                commands(part, file, part.bytes());
            } else if (isSnapshot(file)) {
                snapshot(part, file);
            } else {
                commands(part, file, file.size());
            }
        } catch (KeyspaceFullException e) {
            throw new StartException("Out of memory reading the append only file " + name(part), e);
        }
    }

    private static boolean isSnapshot(FileChannel file) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(5);
        file.read(magic, 0);
        return new String(magic.array(), StandardCharsets.US_ASCII).equals("REDIS");
    }

    private void snapshot(LogPart part, FileChannel file) throws StartException, IOException {
        LoadOptions options =
                new LoadOptions(
                        new RdbLimits(limits.bulkBytes(), databases()),
                        NOTHING_EXPIRES,
                        false,
                        config.number("loading-process-events-interval-bytes"),
                        () -> config.number("key-load-delay"));
        LoadListener listener =
                new LoadListener() {
                    @Override
                    public void progress(long bytes, long totalBytes, long keysLoaded) {
                        AofLoad.this.progress(part, bytes, totalBytes);
                    }
                };
        LoadResult result;
        try {
            result = RdbLoader.load(file, file.size(), keyspace, options, listener);
        } catch (RdbFormatException e) {
            throw badFormat(name(part), ": " + e.getMessage());
        }
        long stands = result.aux().replOffset();
        if (result.aux().hasPosition() && RedisOffsets.fromRedis(stands) != part.nextOffset()) {
            throw badFormat(
                    name(part),
                    ": it stands at offset "
                            + stands
                            + " (expected: "
                            + RedisOffsets.toRedis(part.nextOffset())
                            + ", as the manifest says)");
        }
    }

    /** Executes the first {@code bytes} bytes, which are whole commands. */
    private void commands(LogPart part, FileChannel file, long bytes)
            throws StartException, IOException {
        db = 0;
        RespDecoder decoder = new RespDecoder(limits);
        ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer(READ_BYTES);
        long position = 0;
        try {
            while (position < bytes) {
                makeRoom(in, decoder);
                int n =
                        in.writeBytes(
                                file,
                                position,
                                (int) Math.min(in.writableBytes(), bytes - position));
                if (n <= 0) {
                    throw new StartException(
                            "Unexpected end of file reading the append only file " + name(part));
                }
                position += n;
                progress(part, position, bytes);
                while (in.isReadable() && decode(part, decoder, in, position)) {
                    execute(part);
                }
            }
            if (in.isReadable()) {
                throw new StartException(
                        "Unexpected end of file reading the append only file " + name(part));
            }
        } finally {
            in.release();
        }
    }

    private void makeRoom(ByteBuf in, RespDecoder decoder) {
        decoder.moved(request, -in.readerIndex());
        in.discardReadBytes();
        if (!in.isWritable()) {
            // One command fills it: twice the room, up to what the file can still give.
            in.ensureWritable(in.capacity());
        }
    }

    private boolean decode(LogPart part, RespDecoder decoder, ByteBuf in, long position)
            throws StartException {
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

    private void execute(LogPart part) throws StartException {
        CommandEntry entry =
                commands.find(request.buffer(), request.position(0), request.length(0));
        if (entry == null) {
            throw new StartException(
                    "Unknown command '"
                            + request.text(0)
                            + "' reading the append only file "
                            + name(part));
        }
        if (entry.fromKeyspace) {
            failure = entry.spec.accepts(request.argc()) ? null : "wrong number of arguments";
            if (failure == null) {
                entry.spec.command().execute(this);
            }
        } else if (request.is(0, "SELECT")) {
            failure = select() ? null : "ERR DB index is out of range";
        } else {
            // MULTI and EXEC: all of it is there. PING, REPLCONF GETACK: the stream's, not the data
            // set's.
            failure = null;
        }
        if (failure != null) {
            throw badFormat(
                    name(part), ": " + entry.fullName + " fails now, and did not then: " + failure);
        }
    }

    private boolean select() {
        Long number = request.argc() == 2 ? Arguments.integer(request, 1) : null;
        if (number == null || number < 0 || number >= databases()) {
            return false;
        }
        db = number.intValue();
        return true;
    }

    private int databases() {
        return (int) config.number("databases");
    }

    private void progress(LogPart part, long bytes, long totalBytes) {
        if (System.nanoTime() - progressNanos >= PROGRESS_NANOS) {
            progressNanos = System.nanoTime();
            LOG.info("Loading {}: {} of {} bytes", name(part), bytes, totalBytes);
        }
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

    // ---- what the commands see ----

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Reply reply() {
        return replies;
    }

    @Override
    public Effects effects() {
        return this;
    }

    @Override
    public Keyspace keyspace() {
        return keyspace;
    }

    @Override
    public int db() {
        return db;
    }

    @Override
    public long nowMillis() {
        return NOTHING_EXPIRES;
    }

    @Override
    public void changed(int changedDb, int argument) {
        // No client watches yet.
    }

    @Override
    public void emptying(int emptyingDb) {
        // As above.
    }

    @Override
    public void verbatim() {
        // The stream has it.
    }

    @Override
    public void rewritten(byte[]... arguments) {
        // What was rewritten once does not come up again; a command that would be is not in the
        // stream.
    }

    @Override
    public void expired(int expiredDb, byte[] key) {
        throw new IllegalStateException("a key expires before all time");
    }

    @Override
    public void changes(int count) {
        // Nothing has changed since the last save: it is all on disk.
    }
}
