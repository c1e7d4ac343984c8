package io.replbuf.harness.replica;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.replbuf.harness.load.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All simulated replicas of one server, on one event loop, and the ledger of their resyncs.
 *
 * <p>Safe for use by any thread. The truth about the stream comes from a tap if the server keeps one, otherwise from a control replica
 * that this fleet adds to the others and that no fault may touch.
 */
public final class ReplicaFleet implements AutoCloseable {
    /** How long after catching up a resync waits for the server to publish what it sent from files. */
    static final long SETTLE_NANOS = 100_000_000L;

    /** Records beyond this are a loop that nobody wants in a file; they are counted, not kept. */
    static final int LEDGER_MAX = 100_000;

    private static final long TICK_MILLIS = 50;
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private final InetSocketAddress primary;
    private final String password;
    private final ReplicaProbe probe;
    private final StreamTruth truth;
    private final Transport transport;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final List<SimulatedReplica> replicas = new CopyOnWriteArrayList<>();
    private final Queue<ResyncRecord> ledger = new ConcurrentLinkedQueue<>();
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong protocolErrors = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private volatile String firstProtocolError;
    private volatile SimulatedReplica control;

    /**
     * @param password for AUTH, or null
     * @param probe what the server says about itself
     * @param tap the server's own record of its stream, or null: then a control replica is added and connected
     */
    public ReplicaFleet(
            InetSocketAddress primary,
            String password,
            ReplicaProbe probe,
            StreamTruth tap,
            Transport transport) {
        this.primary = primary;
        this.password = password;
        this.transport = transport;
        this.group = transport.loops(1, "replicas");
        this.loop = group.next();
        this.truth = tap == null ? new ControlTruth() : tap;
        this.probe = probe;
        loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Adds the control replica and connects it; only for servers without a tap, and before the others.
     *
     * @param checkEvery as the others have it: what they check it must know
     */
    public SimulatedReplica addControl(int listeningPort, int checkEvery) {
        if (!(truth instanceof ControlTruth controlTruth)) {
            throw new IllegalStateException(
                    "truth: " + truth.source() + " (expected: no tap beside a control replica)");
        }
        ReplicaOptions options =
                ReplicaOptions.plain(ReplicaOptions.CONTROL_INDEX, listeningPort, checkEvery);
        control =
                new SimulatedReplica(
                        options,
                        this,
                        loop,
                        new ChunkChecker(truth, options.index()),
                        controlTruth.hasher(checkEvery));
        control.connect();
        return control;
    }

    /** Adds a replica, which is away until it is told to connect. */
    public SimulatedReplica add(ReplicaOptions options) {
        ChunkChecker checker = new ChunkChecker(truth, options.index());
        SimulatedReplica replica =
                new SimulatedReplica(
                        options,
                        this,
                        loop,
                        checker,
                        new ChunkHasher(checker, options.checkEvery()));
        replicas.add(replica);
        return replica;
    }

    /** All but the control replica. */
    public List<SimulatedReplica> replicas() {
        return List.copyOf(replicas);
    }

    public StreamTruth truth() {
        return truth;
    }

    /** The control replica, or null. */
    public SimulatedReplica control() {
        return control;
    }

    /** Offset of the last byte that the server has fed, as far as it can be known, or -1. */
    public long primaryOffset() {
        long told = probe.primaryOffset();
        // Where the server tells late or nothing, the control replica is as near to its offset as
        // one can be.
        return control == null ? told : Math.max(told, control.offset());
    }

    /** Whether every replica that should be connected has all bytes up to this offset. */
    public boolean haveAll(long primaryOffset) {
        for (SimulatedReplica replica : replicas) {
            if (replica.isWanted()
                    && (replica.state() != SimulatedReplica.State.STREAMING
                            || replica.offset() != primaryOffset)) {
                return false;
            }
        }
        return control == null || control.offset() == primaryOffset;
    }

    /** Offset of the replica that has least among those that should be connected; {@link Long#MAX_VALUE} without any. */
    public long leastOffset() {
        long least = Long.MAX_VALUE;
        for (SimulatedReplica replica : replicas) {
            if (replica.isWanted()) {
                least = Math.min(least, replica.offset());
            }
        }
        return least;
    }

    /** Sum of the offsets of all replicas, the control's too: its growth is what they have received while none began anew. */
    public long offsetsSum() {
        long sum = control == null ? 0 : control.offset();
        for (SimulatedReplica replica : replicas) {
            sum += replica.offset();
        }
        return sum;
    }

    /** Those of which {@link #haveAll} complains, in words for an error message. */
    public String laggards(long primaryOffset) {
        StringBuilder text = new StringBuilder();
        int count = 0;
        for (SimulatedReplica replica : replicas) {
            boolean behind =
                    replica.state() != SimulatedReplica.State.STREAMING
                            || replica.offset() != primaryOffset;
            if (replica.isWanted() && behind && count++ < 5) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append("replica ")
                        .append(replica.index())
                        .append(' ')
                        .append(replica.state().name().toLowerCase(java.util.Locale.ROOT))
                        .append(" at ")
                        .append(replica.offset());
            }
        }
        return count
                + " of "
                + replicas.size()
                + " replicas behind offset "
                + primaryOffset
                + ": "
                + text;
    }

    /** Compares what still waits to be compared, the open ends of the stream too. The stream must rest. */
    public void settle() {
        loop.submit(
                        () -> {
                            for (SimulatedReplica replica : replicas) {
                                replica.checker().settle();
                                replica.settleTail();
                            }
                        })
                .syncUninterruptibly();
    }

    /** Finished resyncs so far, in the order in which they finished. */
    public List<ResyncRecord> ledger() {
        return List.copyOf(ledger);
    }

    public FleetCounts counts() {
        long checked = 0;
        long tails = 0;
        long mismatches = 0;
        long gaps = 0;
        long waiting = 0;
        int streaming = 0;
        for (SimulatedReplica replica : replicas) {
            checked += replica.checker().checked();
            tails += replica.checker().tails();
            mismatches += replica.checker().mismatches();
            waiting += replica.checker().waiting();
            gaps += replica.gaps();
            streaming += replica.state() == SimulatedReplica.State.STREAMING ? 1 : 0;
        }
        return new FleetCounts(
                streaming,
                checked,
                tails,
                waiting,
                mismatches,
                gaps,
                records.get(),
                refusals.get(),
                protocolErrors.get(),
                firstProtocolError);
    }

    @Override
    public void close() {
        loop.submit(
                        () -> {
                            replicas.forEach(SimulatedReplica::leave);
                            if (control != null) {
                                control.leave();
                            }
                        })
                .syncUninterruptibly();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    String password() {
        return password;
    }

    ReplicaProbe probe() {
        return probe;
    }

    ChannelFuture connect(ReplicaOptions options, PacedReads reads, ReplicaLink link) {
        Bootstrap bootstrap = new Bootstrap();
        if (options.receiveBufferBytes() > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
        }
        return bootstrap
                .group(loop)
                .channel(transport.socketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.AUTO_CLOSE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RECVBUF_ALLOCATOR, reads)
                .handler(link)
                .connect(primary);
    }

    void record(ResyncRecord record) {
        if (record.replica() == ReplicaOptions.CONTROL_INDEX) {
            return;
        }
        if (records.incrementAndGet() <= LEDGER_MAX) {
            ledger.add(record);
        }
    }

    /** A replica begins behind a new offset; if it is the one that the others are compared with, that is the end of it. */
    void restarted(SimulatedReplica replica) {
        if (replica == control
                && replica.offset() != 0
                && truth instanceof ControlTruth controlTruth) {
            controlTruth.broken();
        }
    }

    void refused() {
        refusals.incrementAndGet();
    }

    void protocolError(ReplicaProtocolException error) {
        if (protocolErrors.getAndIncrement() == 0) {
            firstProtocolError = error.getMessage();
        }
    }

    private void tick() {
        long now = System.nanoTime();
        for (SimulatedReplica replica : replicas) {
            replica.tick(now);
        }
        if (control != null) {
            control.tick(now);
        }
    }
}
