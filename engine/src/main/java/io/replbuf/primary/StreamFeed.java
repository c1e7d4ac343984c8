package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.replbuf.buffer.BufferExhaustedException;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.stream.RedisOffsets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Produces the replication stream: the commands as bytes, with a SELECT wherever the database changes.
 *
 * <p>Command loop only. The offset moves with every byte, whether or not anybody keeps them: while the feed is {@linkplain
 * #keep not kept}, feeding costs an addition.
 */
final class StreamFeed {
    /** No database: the next command is preceded by SELECT. */
    static final int NO_DB = -1;

    private static final byte[] PING = ascii("*1\r\n$4\r\nping\r\n");
    private static final byte[] GETACK =
            ascii("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n");
    private static final byte[] MULTI = ascii("*1\r\n$5\r\nMULTI\r\n");
    private static final byte[] EXEC = ascii("*1\r\n$4\r\nEXEC\r\n");

    private final ReplicationBuffer buffer;
    private final StreamTap tap;
    private final Exhausted exhausted;
    private ByteBuffer scratch = ByteBuffer.allocateDirect(1024);
    private Boundaries boundaries = Boundaries.NONE;
    private int selectedDb = NO_DB;
    private boolean kept;
    private boolean inTransaction;

    /** What to do when no memory is to be had: true if something was freed and the feed should try again. */
    @FunctionalInterface
    interface Exhausted {
        boolean makeRoom(String reason);
    }

    /**
     * @param tap null without
     */
    StreamFeed(ReplicationBuffer buffer, StreamTap tap, Exhausted exhausted) {
        this.buffer = buffer;
        this.tap = tap;
        this.exhausted = exhausted;
    }

    /** Tells these of commands' boundaries from now on. */
    void boundaries(Boundaries told) {
        boundaries = told;
    }

    /** Bytes {@code [start, start + length)} of {@code in}: a command in canonical RESP, executed in {@code db}. */
    void append(int db, ByteBuf in, int start, int length) {
        beforeWrite(db);
        feed(
                in.nioBufferCount() == 1
                        ? in.internalNioBuffer(start, length)
                        : in.nioBuffer(start, length));
    }

    /** A command by its arguments, name first, executed in {@code db}. */
    void append(int db, byte[]... arguments) {
        beforeWrite(db);
        feedArguments(arguments);
    }

    void beginTransaction(int db) {
        beforeWrite(db);
        inTransaction = true;
        feed(MULTI);
    }

    void endTransaction() {
        feed(EXEC);
        inTransaction = false;
    }

    void ping() {
        feed(PING);
    }

    void getAck() {
        feed(GETACK);
    }

    /** Whether bytes are kept from now on, or only counted. */
    void keep(boolean keep) {
        kept = keep;
    }

    boolean kept() {
        return kept;
    }

    /** The next command is preceded by SELECT, since a snapshot begins here. */
    void forgetDb() {
        selectedDb = NO_DB;
    }

    /** The database that the stream is in, {@link #NO_DB} before the first SELECT. */
    int db() {
        return selectedDb;
    }

    long nextOffset() {
        return buffer.nextOffset();
    }

    long redisOffset() {
        return RedisOffsets.toRedis(buffer.nextOffset());
    }

    void publishTap() {
        if (tap != null) {
            tap.publish();
        }
    }

    private void beforeWrite(int db) {
        if (!inTransaction && boundaries.rollBefore(buffer.nextOffset())) {
            selectedDb = NO_DB;
        }
        if (db != selectedDb) {
            byte[] number = ascii(Integer.toString(db));
            feedArguments(ascii("SELECT"), number);
            selectedDb = db;
        }
        if (!inTransaction) {
            boundaries.command(buffer.nextOffset(), db);
        }
    }

    private void feedArguments(byte[]... arguments) {
        int bytes = 16;
        for (byte[] argument : arguments) {
            bytes += argument.length + 16;
        }
        if (scratch.capacity() < bytes) {
            scratch = ByteBuffer.allocateDirect(Integer.highestOneBit(bytes) << 1);
        }
        scratch.clear();
        putHeader('*', arguments.length);
        for (byte[] argument : arguments) {
            putHeader('$', argument.length);
            scratch.put(argument).put((byte) '\r').put((byte) '\n');
        }
        feed(scratch.flip());
    }

    private void putHeader(char type, int length) {
        scratch.put((byte) type)
                .put(ascii(Integer.toString(length)))
                .put((byte) '\r')
                .put((byte) '\n');
    }

    private void feed(byte[] bytes) {
        scratch.clear().put(bytes);
        feed(scratch.flip());
    }

    private void feed(ByteBuffer bytes) {
        if (tap != null) {
            tap.fed(bytes);
        }
        while (kept) {
            try {
                buffer.feed(bytes);
                return;
            } catch (BufferExhaustedException e) {
                // The write has been executed, so its bytes must count: drop laggards until they
                // fit, at the last
                // everybody, and then nothing is kept any more.
                kept = exhausted.makeRoom(e.getMessage());
            }
        }
        buffer.skip(bytes.remaining());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
