package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.replbuf.primary.ReplicaClient;
import io.replbuf.primary.StrayCommand;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespDecoder;

/**
 * A connection: what it selected, what it has sent and what it has yet to take. Command loop only.
 *
 * <p>Replies gather in {@link #out} during a turn and leave in one write at its end, or are parked until the disk has what
 * they acknowledge (see {@link Parking}). What the socket does not take then is Netty's, and counted from there whenever
 * somebody asks.
 */
final class Client implements ReplicaClient {
    /** What a connection costs us besides its buffers: the objects here and Netty's channel, measured once. */
    static final int BASE_BYTES = 4096;

    /** Room for the replies of a short pipeline; a page of the pool, so that taking one is a stack operation. */
    private static final int OUT_BYTES = 1024;

    final long id;
    final Channel channel;
    final ClientInput input;
    final RespDecoder decoder;
    final Request request = new Request();
    final String peer;
    final String local;
    final boolean unixSocket;
    final long createdMillis;
    private final CommandLoop server;

    int db;
    int protocol = 2;
    boolean authenticated;
    String name = "";
    String libraryName = "";
    String libraryVersion = "";
    boolean noEvict;
    boolean noTouch;
    MultiQueue multi;
    boolean watching;
    boolean watchedKeyChanged;
    CommandEntry lastCommand;
    long lastActiveMillis;

    /** Offset of the stream behind this client's last command, in Redis' numbering: what WAIT waits for. */
    long writeOffset;

    /**
     * Offset behind the last byte of the stream that this client's commands brought about: its replies since then acknowledge
     * them.
     */
    long lastWriteOffset;

    /** Whether the input at hand has brought a command before the present one. */
    boolean commandsInBatch;

    /** Whether it has changed data before, and whether the throttle keeps it from doing so again at present. */
    boolean writer;

    boolean held;

    /** Whether commands of it that have been read already may run in the next turn, see {@link Shares}. */
    boolean waitsForShare;

    /** Whether the channel has closed. It may still have commands that run. */
    boolean peerGone;

    /** CLIENT REPLY: whether replies are dropped, and whether that ends after the next command. */
    boolean replyOff;

    int replySkip;

    /** What keeps its further commands back, null without. */
    Block block;

    /** Since when its output passes the soft limit, -1 if it does not. */
    long aboveSoftSinceMillis = -1;

    private ByteBuf out;

    /** Replies that wait until what is below the offset is on the device; null if nothing waits. Then {@link #out} queues up behind. */
    private ByteBuf parked;

    private long parkedUntil;
    private boolean readPaused;
    private boolean touched;
    private boolean closeAfterReply;
    private boolean closed;
    private boolean detached;

    Client(CommandLoop server, long id, Channel channel, RespDecoder decoder, Peer peer) {
        this.server = server;
        this.id = id;
        this.channel = channel;
        this.decoder = decoder;
        input = new ClientInput(server.readBuffer(), server.clients().account(), decoder, request);
        this.peer = peer.remote();
        local = peer.local();
        unixSocket = peer.unixSocket();
        createdMillis = server.tickMillis();
        lastActiveMillis = createdMillis;
    }

    /**
     * Both ends of a connection.
     *
     * @param remote {@code ip:port}, or the path and {@code :0} for a unix socket
     */
    record Peer(String remote, String local, boolean unixSocket) {}

    /** Where replies go this turn. */
    ByteBuf out() {
        if (out == null) {
            out = channel.alloc().directBuffer(OUT_BYTES);
            if (!touched) {
                touched = true;
                server.clients().touched(this);
            }
        }
        return out;
    }

    /** Whether further commands of it are to be executed now. */
    boolean mayProceed() {
        return block == null
                && !closed
                && !closeAfterReply
                && !detached
                && !server.throttle().holds(this);
    }

    /** Reads no more until {@link #resumeReading}: what has been read is still to run. */
    void pauseReading() {
        if (!readPaused) {
            readPaused = true;
            channel.config().setAutoRead(false);
        }
    }

    void resumeReading() {
        if (readPaused && !closed && !detached) {
            readPaused = false;
            channel.config().setAutoRead(!closeAfterReply);
        }
    }

    /** Takes no further command; the connection ends once the replies so far are out. */
    void closeAfterReply() {
        closeAfterReply = true;
        channel.config().setAutoRead(false);
        out();
    }

    boolean closingAfterReply() {
        return closeAfterReply;
    }

    /** Ends the connection at once; unsent replies are dropped (later: a command may still be writing one). */
    void close() {
        if (!closed) {
            closed = true;
            channel.close();
        }
    }

    boolean closed() {
        return closed;
    }

    /** End of the turn: hands the replies to the socket, or parks them if they acknowledge what is not safe yet. */
    void flush() {
        touched = false;
        if (unreachable()) {
            dropOutput();
        } else if (parked == null && out != null) {
            ByteBuf replies = out;
            out = null;
            if (server.parking().holdsBack(this)) {
                parked = replies;
                parkedUntil = lastWriteOffset;
                server.parking().add(this);
            } else {
                send(replies);
            }
        }
    }

    /**
     * Everything below {@code safeOffset} is safe: sends the replies that waited for no more.
     *
     * <p>What has gathered behind the parked ones waits for the last write among itself, so two offsets are enough for any
     * number of replies, and a pipeline that never pauses gets its replies one fsync late rather than never.
     *
     * @return whether none is parked any more
     */
    boolean unpark(long safeOffset) {
        while (parked != null && !unreachable() && parkedUntil <= safeOffset) {
            ByteBuf due = parked;
            parked = out;
            parkedUntil = lastWriteOffset;
            out = null;
            send(due);
        }
        return parked == null || unreachable();
    }

    private boolean unreachable() {
        return closed || peerGone;
    }

    private void send(ByteBuf replies) {
        int length = replies.readableBytes();
        boolean last = closeAfterReply && parked == null;
        server.stats().outputBytes += length;
        if (last) {
            closed = true;
            channel.writeAndFlush(replies).addListener(ChannelFutureListener.CLOSE);
        } else if (length == 0) {
            replies.release();
            return;
        } else {
            channel.writeAndFlush(replies, channel.voidPromise());
        }
        server.stats().writes++;
    }

    /** Reply bytes in this turn's buffer. */
    int gatheredBytes() {
        return out == null ? 0 : out.readableBytes();
    }

    int gatheredCapacity() {
        return out == null ? 0 : out.capacity();
    }

    /** Reply bytes of earlier turns: parked, or not yet taken by the socket. */
    long queuedBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return parkedBytes()
                + (queue == null
                        ? 0
                        : Math.max(0, queue.totalPendingWriteBytes() - queue.currentProgress()));
    }

    int queuedBuffers() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return (parked == null ? 0 : 1) + (queue == null ? 0 : queue.size());
    }

    /** Reply bytes that wait for the device, without those that have gathered behind them. */
    int parkedBytes() {
        return parked == null ? 0 : parked.readableBytes();
    }

    /** Everything that this connection holds. */
    long memoryBytes() {
        return BASE_BYTES
                + input.capacity()
                + (out == null ? 0 : out.capacity())
                + (parked == null ? 0 : parked.capacity() - parked.readableBytes())
                + (multi == null ? 0 : multi.bytes().capacity())
                + (detached ? 0 : queuedBytes());
    }

    void endTransaction() {
        if (multi != null) {
            multi.release();
            multi = null;
        }
    }

    /** The connection is gone, or has become a replica's: gives back what it held. */
    void releaseBuffers() {
        dropOutput();
        input.release();
        endTransaction();
    }

    private void dropOutput() {
        if (out != null) {
            out.release();
            out = null;
        }
        if (parked != null) {
            parked.release();
            parked = null;
        }
    }

    boolean detached() {
        return detached;
    }

    /** Whether the peer is on this machine. */
    boolean isLocal() {
        return unixSocket
                || peer.startsWith("127.")
                || peer.startsWith("[::1]")
                || peer.startsWith("::1:");
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public String address() {
        return peer;
    }

    @Override
    public boolean busy() {
        return multi != null || closed || closeAfterReply;
    }

    @Override
    public ByteBuf detach() {
        channel.config().setAutoRead(false);
        flush();
        detached = true;
        ByteBuf rest = input.handOver(request.buffer(), request.end());
        releaseBuffers();
        channel.pipeline().remove(ClientHandler.class);
        server.clients().becameReplica(this);
        return rest;
    }

    @Override
    public StrayCommand stray(Request stray) {
        return Refusals.stray(server.commands(), stray);
    }

    @Override
    public void gone() {
        server.clients().replicaGone(this);
    }
}
