package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.replbuf.memory.Account;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespDecoder;

/**
 * Where a client's bytes are read into. Command loop only, until {@link #handOver}.
 *
 * <p>All clients read into the loop's one shared buffer. What is left over of an incomplete command waits in a buffer of the client's
 * own and goes back before the next read's bytes:
 *
 * <pre>
 *   own     [rest of 300 bytes]
 *               | when bytes have arrived
 *   shared  [   v    ][ up to 64 KiB that were read behind the gap ]
 * </pre>
 *
 * <p>So a read takes all that has arrived, however the commands lie in it. Only a command that is large gathers in the own buffer.
 * Netty asks us for the buffer to read into, one read per client and turn.
 */
@SuppressWarnings(
        "deprecation") // Netty deprecates its old Handle in favour of ExtendedHandle, yet names it
// in newHandle
final class ClientInput implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    /** Least capacity of an own buffer, and least room for a read into it. */
    private static final int OWN_BYTES_MIN = 1024;

    /** Room for a read while a large argument comes in. */
    private static final int OWN_READ_BYTES = 64 * 1024;

    /** Beyond this a rest is not worth copying back and forth: it gathers in the own buffer. */
    private static final int COPIED_REST_BYTES_MAX = 16 * 1024;

    private static final int HANDED_OVER_READ_BYTES = 4 * 1024;

    private final ByteBuf shared;
    private final Account account;
    private final RespDecoder decoder;
    private final Request request;
    private ByteBuf own;
    private boolean handedOver;
    private int attempted;
    private int lastRead;

    /**
     * @param shared the loop's buffer
     * @param account charged with the own buffer
     */
    ClientInput(ByteBuf shared, Account account, RespDecoder decoder, Request request) {
        this.shared = shared;
        this.account = account;
        this.decoder = decoder;
        this.request = request;
    }

    /** Bytes not yet consumed, those of the command under way included. */
    int pendingBytes() {
        return own == null ? 0 : own.readableBytes();
    }

    int capacity() {
        return own == null ? 0 : own.capacity();
    }

    /** The own buffer, null while there is none. */
    ByteBuf own() {
        return own;
    }

    /** Puts what was kept before what has just arrived; to be called with what Netty read. */
    void joinRest(ByteBuf in) {
        if (in != shared || own == null) {
            return;
        }
        shared.setBytes(0, own, own.readerIndex(), own.readableBytes());
        shared.readerIndex(0);
        decoder.moved(request, -own.readerIndex());
        release();
    }

    /** Keeps what is left in {@code in} (the shared buffer or the own one) for the next read. */
    void keepRest(ByteBuf in) {
        int rest = in.readableBytes();
        if (in == own) {
            if (rest == 0) {
                release();
            }
            return;
        }
        if (rest == 0) {
            return;
        }
        if (own != null) {
            throw new IllegalStateException("own input buffer while the shared one was read");
        }
        ByteBuf kept = in.alloc().directBuffer(Math.max(rest * 2, OWN_BYTES_MIN));
        decoder.moved(request, -in.readerIndex());
        kept.writeBytes(in, in.readerIndex(), rest);
        in.readerIndex(in.writerIndex());
        replace(kept);
    }

    /**
     * Keeps the command that was decoded last, too, so that it is decoded again.
     *
     * <p>As RESP it lies as it came. The quoted arguments of an inline command were unescaped where they lay, so its arguments are
     * written again, as RESP.
     */
    void putBack(ByteBuf in, Request command) {
        if (in.getByte(command.start()) == '*') {
            in.readerIndex(command.start());
            keepRest(in);
            return;
        }
        ByteBuf again = in.alloc().directBuffer(OWN_BYTES_MIN);
        command.writeTo(again);
        again.writeBytes(in);
        replace(again);
    }

    /**
     * Ends reading into our buffers: from now on the channel reads into buffers of its own.
     *
     * @param in where the command under way lies
     * @param from behind that command
     * @return what follows it, the caller's
     */
    ByteBuf handOver(ByteBuf in, int from) {
        handedOver = true;
        ByteBuf rest = in.alloc().directBuffer(Math.max(in.writerIndex() - from, 1));
        rest.writeBytes(in, from, in.writerIndex() - from);
        in.readerIndex(in.writerIndex());
        return rest;
    }

    void release() {
        if (own != null) {
            account.add(-own.capacity());
            own.release();
            own = null;
        }
    }

    private void replace(ByteBuf buffer) {
        release();
        own = buffer;
        account.add(buffer.capacity());
    }

    /** Room behind what is there; grows by doubling, and never by more than what has arrived already. */
    private void makeRoom() {
        int wanted = Math.min(Math.max(decoder.wanted(own), OWN_BYTES_MIN), OWN_READ_BYTES);
        if (own.writableBytes() >= wanted) {
            return;
        }
        int used = own.readableBytes();
        if (own.readerIndex() > 0 && own.capacity() - used >= wanted) {
            decoder.moved(request, -own.readerIndex());
            own.discardReadBytes();
            return;
        }
        long doubled =
                Math.min(
                        Math.max(2L * own.capacity(), used + (long) wanted), Integer.MAX_VALUE - 8);
        ByteBuf larger = own.alloc().directBuffer((int) doubled);
        decoder.moved(request, -own.readerIndex());
        larger.writeBytes(own, own.readerIndex(), used);
        replace(larger);
    }

    @Override
    public Handle newHandle() {
        return this;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        if (handedOver) {
            return allocator.ioBuffer(HANDED_OVER_READ_BYTES);
        }
        // The reader releases what it gets; these stay ours.
        if (own == null) {
            return shared.clear().retain();
        }
        int rest = own.readableBytes();
        if (rest <= COPIED_REST_BYTES_MAX && decoder.wanted(own) <= shared.capacity() - rest) {
            // The rest goes into the gap when bytes have arrived: a read that brings none changes
            // nothing.
            return shared.setIndex(rest, rest).retain();
        }
        makeRoom();
        return own.retain();
    }

    @Override
    public int guess() {
        return shared.capacity();
    }

    @Override
    public void reset(ChannelConfig config) {
        lastRead = 0;
    }

    @Override
    public void incMessagesRead(int messages) {
        // One read a turn: nothing to count.
    }

    @Override
    public void lastBytesRead(int bytes) {
        lastRead = bytes;
    }

    @Override
    public int lastBytesRead() {
        return lastRead;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public boolean continueReading() {
        return false;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
        return handedOver && lastRead > 0 && maybeMoreData.get();
    }

    @Override
    public void readComplete() {
        // Sizes are not learned: the buffer is ours.
    }
}
