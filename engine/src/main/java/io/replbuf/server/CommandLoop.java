package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.SingleThreadIoEventLoop;
import io.replbuf.buffer.LimitConfig;
import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.log.FsyncPolicy;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Owner;
import io.replbuf.primary.Primary;
import io.replbuf.resp.ProtocolException;
import io.replbuf.resp.Reply;
import io.replbuf.resp.RespLimits;
import io.replbuf.resp.RespWriter;
import io.replbuf.snapshot.LoadResult;
import io.replbuf.stream.RedisOffsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns clients, data set and time.
 *
 * <p>Its work comes in turns: whatever events are there are handled, commands of a pipeline one after the other; then, once
 * a turn, replies leave, the primary settles its cursors and wakes its loops, and counters are published. Whoever runs on
 * this loop and may cause a reply or a change says {@link #beginTurn} first.
 */
final class CommandLoop {
    private static final Logger LOG = LoggerFactory.getLogger(CommandLoop.class);

    /** What one client may bring in a turn; Redis reads 16 KiB, a quarter of the system calls more. */
    private static final int READ_BYTES = 64 * 1024;

    private final ServerConfig config;
    private final LongSupplier nanoClock;
    private final LongSupplier wallMillis;
    private final SingleThreadIoEventLoop loop;
    private final Accountant accountant;
    private final Keyspace keyspace;
    private final Consumer<Throwable> fatal;
    private final RespLimits respLimits = new RespLimits();
    private final ServerStats stats = new ServerStats();
    private final Propagation propagation = new Propagation();
    private final Watches watches;
    private final Clients clients;
    private final Waits waits = new Waits(this);
    private final Throttle throttle = new Throttle(this);
    private final Shares shares = new Shares(this);
    private final Pause pause = new Pause(this);
    private final RespWriter replies = new RespWriter(stats::error);
    private final CommandTable commands;
    private final Dispatcher dispatcher;
    private final ByteBuf readBuffer;
    private final Runnable endOfTurn = this::endTurn;
    private Primary primary;
    private Snapshots snapshots;
    private Settings settings;
    private Shutdown shutdown;
    private ServerIdentity identity;
    private LoadResult loaded;

    /** Written on the loop; a signal's thread looks whether there is one. */
    private volatile LoadingState loading;

    private Parking parking;
    private AofRewrites rewrites;
    private Runnable publish = () -> {};

    private boolean inTurn;
    private boolean acksArrived;
    private long turnMillis;
    private long turnNanos;
    private final long startNanos;

    /** Where the stream was when the client under way began to change it. */
    private long batchStartOffset;

    /** The client whose input is looked at; null between inputs. */
    private Client underWay;

    /* Directives that commands ask for. */
    private LimitConfig normalLimit;
    private long maxMemory;
    private long queryBufferLimit;
    private boolean stopWritesOnSaveError;
    private boolean cronPaused;
    private volatile long keySaveDelayMicros;
    private volatile long keyLoadDelayMicros;
    private volatile long snapshotKeptBytesMax;

    /**
     * @param fatal told of what ends the loop: it cannot go on with a state that nobody knows
     */
    CommandLoop(
            ServerConfig config,
            ServerEnv env,
            SingleThreadIoEventLoop loop,
            Accountant accountant,
            Keyspace keyspace,
            Consumer<Throwable> fatal) {
        this.config = config;
        nanoClock = env.nanoClock();
        wallMillis = env.wallMillis();
        startNanos = nanoClock.getAsLong();
        this.loop = loop;
        this.accountant = accountant;
        this.keyspace = keyspace;
        watches = new Watches(keyspace);
        this.fatal = fatal;
        clients = new Clients(accountant.account(Owner.CLIENTS));
        commands = ServerCommands.table();
        dispatcher = new Dispatcher(this, commands, replies);
        readBuffer = PooledByteBufAllocator.DEFAULT.directBuffer(READ_BYTES, READ_BYTES);
        configured();
    }

    /** Before the first event with what answers while the data set is loaded, and again when it is there. */
    void attach(
            Primary attachedPrimary,
            Snapshots attachedSnapshots,
            Settings attachedSettings,
            Parking attachedParking,
            AofRewrites attachedRewrites,
            Shutdown attachedShutdown,
            Runnable attachedPublish) {
        shutdown = attachedShutdown;
        parking = attachedParking;
        rewrites = attachedRewrites;
        settings = attachedSettings;
        primary = attachedPrimary;
        snapshots = attachedSnapshots;
        publish = attachedPublish;
        propagation.attach(primary, watches, snapshots);
        configured();
    }

    /** Before the first client. */
    void identify(ServerIdentity ownIdentity) {
        identity = ownIdentity;
    }

    ServerIdentity identity() {
        return identity;
    }

    /** From here on nearly all commands are refused. */
    LoadingState beginLoading() {
        loading = new LoadingState(this);
        loaded = null;
        return loading;
    }

    /** The data set is there. */
    void endLoading(LoadResult result) {
        loading = null;
        loaded = result;
        // Slices were turns of no client.
        stats.longestTurnNanos = 0;
    }

    /** Null unless the data set is being loaded. */
    LoadingState loading() {
        return loading;
    }

    /** What the last load has brought, null if nothing was. */
    LoadResult loaded() {
        return loaded;
    }

    Shutdown shutdown() {
        return shutdown;
    }

    /** {@code rdb-key-save-delay}; any thread. */
    long keySaveDelayMicros() {
        return keySaveDelayMicros;
    }

    /** {@code key-load-delay}; any thread. */
    long keyLoadDelayMicros() {
        return keyLoadDelayMicros;
    }

    /** {@code repl-snapshot-max-kept}; any thread. */
    long snapshotKeptBytesMax() {
        return snapshotKeptBytesMax;
    }

    /** Takes over what directives say, at start and after CONFIG SET. */
    void configured() {
        normalLimit = config.limits().normal();
        maxMemory = config.number("maxmemory");
        queryBufferLimit = config.number("client-query-buffer-limit");
        stopWritesOnSaveError = config.bool("stop-writes-on-bgsave-error");
        keySaveDelayMicros = config.number("rdb-key-save-delay");
        keyLoadDelayMicros = config.number("key-load-delay");
        snapshotKeptBytesMax = config.number("repl-snapshot-max-kept");
        if (snapshots != null) {
            snapshots.configured();
        }
        if (parking != null) {
            parking.policy(
                    FsyncPolicy.parse(config.text("appendfsync")), config.bool("appendonly"));
        }
        respLimits.bulkBytes((int) config.number("proto-max-bulk-len"));
    }

    // ---- turns ----

    /** Opens a turn, if none is open. */
    void beginTurn() {
        if (!inTurn) {
            inTurn = true;
            turnMillis = wallMillis.getAsLong();
            turnNanos = nanos();
            dispatcher.now(turnNanos);
            loop.executeAfterEventLoopIteration(endOfTurn);
        }
    }

    /** Runs a task of ours on the loop as an event of a turn. */
    void turn(Runnable task) {
        beginTurn();
        try {
            task.run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void endTurn() {
        try {
            propagation.flush();
            snapshots.settle();
            if (acksArrived) {
                acksArrived = false;
                waits.check();
                shutdown.look();
            }
            clients.flush();
            primary.endOfTurn();
            throttle.settle();
            parking.settle();
            shares.settle();
            publish.run();
            stats.longestTurnNanos = Math.max(stats.longestTurnNanos, nanos() - turnNanos);
            inTurn = false;
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Ends the server: its state is not known any more. */
    void fail(Throwable cause) {
        LOG.error("The command loop cannot go on", cause);
        fatal.accept(cause);
    }

    /** The monotonic clock. Any thread. */
    long nanos() {
        return nanoClock.getAsLong();
    }

    /** Wall clock of this turn's present command. */
    long nowMillis(long nanos) {
        return turnMillis + (nanos - turnNanos) / 1_000_000;
    }

    /** The time of day: for dates, such as when a key expires. A step of the wall clock shows here. */
    long nowMillis() {
        return inTurn ? nowMillis(nanos()) : wallMillis.getAsLong();
    }

    /** Milliseconds since the start: for durations. A step of the wall clock does not show here. Any thread. */
    long tickMillis() {
        return tickMillis(nanos());
    }

    private long tickMillis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos - startNanos);
    }

    // ---- clients ----

    /** Bytes came from a client's socket. */
    void received(Client client, ByteBuf in) {
        beginTurn();
        stats.reads++;
        stats.inputBytes += client.input.lastBytesRead();
        client.lastActiveMillis = tickMillis(turnNanos);
        client.input.joinRest(in);
        try {
            if (!client.waitsForShare && client.mayProceed()) {
                process(client, in);
            } else {
                client.input.keepRest(in);
            }
            if (client.input.pendingBytes() > queryBufferLimit) {
                LOG.warn(
                        "Closing client that reached max query buffer length: {}",
                        ClientLines.line(this, client));
                client.close();
            }
        } catch (OutOfMemoryError e) {
            if (!NativeExhaustion.is(e)) {
                fail(e);
                return;
            }
            LOG.warn("No memory for the input of {}, closing it: {}", client.peer, FaultText.of(e));
            client.close();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Runs commands of the client, one after the other, up to its share of the turn. */
    void process(Client client, ByteBuf in) {
        batchStartOffset = primary.primaryOffset();
        underWay = client;
        long begin = nanos();
        dispatcher.now(begin);
        boolean spent = false;
        int commands = 0;
        try {
            while (!spent && client.mayProceed() && client.decoder.decode(in, client.request)) {
                dispatcher.execute(client, client.request);
                client.commandsInBatch = true;
                spent = shares.isSpent(++commands, dispatcher.now() - begin);
            }
        } catch (ProtocolException e) {
            LOG.debug(
                    "Protocol error ({}) from client: {}",
                    e.getMessage(),
                    ClientLines.line(this, client));
            replyTo(client).error("ERR Protocol error: " + e.getMessage());
            client.closeAfterReply();
        }
        propagation.flush();
        client.writeOffset = primary.primaryOffset();
        noteWrites(client);
        client.commandsInBatch = false;
        underWay = null;
        if (client.detached()) {
            return;
        }
        if (client.closed() || client.closingAfterReply()) {
            in.readerIndex(in.writerIndex());
        }
        if (pause.holds(client)) {
            client.input.putBack(in, client.request);
        } else {
            client.input.keepRest(in);
        }
        if (spent && client.input.own() != null) {
            client.pauseReading();
            shares.add(client);
        }
    }

    /** What the client under way has changed so far is in the stream: its replies acknowledge that. */
    void noteWrites(Client client) {
        long offset = primary.primaryOffset();
        if (offset != batchStartOffset) {
            batchStartOffset = offset;
            client.writer = true;
            parking.wrote(client, RedisOffsets.fromRedis(offset));
        }
    }

    /** The channel has closed. */
    void disconnected(Client client) {
        if (client.detached()) {
            return;
        }
        client.peerGone = true;
        if (!client.closed() && (client.waitsForShare || client.held)) {
            // It comes back here when what it has sent before has run.
            return;
        }
        if (client.block != null) {
            client.block.forget(client);
            client.block = null;
        }
        throttle.forget(client);
        watches.unwatch(client);
        client.close();
        client.releaseBuffers();
        clients.remove(client);
    }

    /** Directs replies to a client outside of its own commands. */
    Reply replyTo(Client client) {
        replies.to(client.out(), client.protocol);
        return replies;
    }

    /** An ACK arrived; its WAITs are looked at once a turn. */
    void acked() {
        beginTurn();
        acksArrived = true;
    }

    /** The server ends: no client is served any more. */
    void end() {
        for (Client client : clients.ordinaryNow()) {
            client.close();
            if (client.peerGone) {
                disconnected(client);
            }
        }
    }

    /** After the loop's thread has ended. */
    void release() {
        readBuffer.release();
    }

    // ---- what commands ask for ----

    boolean outOfMemory() {
        return maxMemory > 0
                && accountant.usedBytes() - ReplicationMemory.of(primary).notCountedForEvictBytes()
                        > maxMemory;
    }

    boolean writesStopped() {
        return stopWritesOnSaveError
                && snapshots.lastSaveFailed()
                && !snapshots.savePoints().isEmpty();
    }

    /** Whether a command of this client is being executed. */
    boolean isUnderWay(Client client) {
        return underWay == client;
    }

    /** Whether EXEC is running its commands: nothing may block then. */
    boolean inTransaction() {
        return propagation.inTransaction();
    }

    boolean cronPaused() {
        return cronPaused;
    }

    /** DEBUG PAUSE-CRON: nothing happens by itself until it is taken back. */
    void pauseCron(boolean yes) {
        cronPaused = yes;
    }

    LimitConfig normalLimit() {
        return normalLimit;
    }

    ByteBuf readBuffer() {
        return readBuffer;
    }

    RespLimits respLimits() {
        return respLimits;
    }

    ServerConfig config() {
        return config;
    }

    SingleThreadIoEventLoop loop() {
        return loop;
    }

    Accountant accountant() {
        return accountant;
    }

    Keyspace keyspace() {
        return keyspace;
    }

    Primary primary() {
        return primary;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    Throttle throttle() {
        return throttle;
    }

    Pause pause() {
        return pause;
    }

    Shares shares() {
        return shares;
    }

    Parking parking() {
        return parking;
    }

    AofRewrites rewrites() {
        return rewrites;
    }

    Settings settings() {
        return settings;
    }

    Propagation propagation() {
        return propagation;
    }

    Watches watches() {
        return watches;
    }

    Waits waits() {
        return waits;
    }

    Clients clients() {
        return clients;
    }

    ServerStats stats() {
        return stats;
    }

    CommandTable commands() {
        return commands;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    RespWriter replies() {
        return replies;
    }
}
