package io.replbuf.server;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.log.LogConfig;
import io.replbuf.log.LogEnv;
import io.replbuf.log.StreamIndex;
import io.replbuf.log.StreamLog;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.primary.LogEvents;
import io.replbuf.primary.Primary;
import io.replbuf.primary.PrimaryEnv;
import io.replbuf.primary.ReplicaSlots;
import io.replbuf.primary.SendConfig;
import io.replbuf.stream.History;
import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server: its threads, its memory and its rooms, from start to stop.
 *
 * <p>May be started and closed from any thread, several times in one JVM; a started one runs until SHUTDOWN, {@link #close},
 * or an error that it cannot survive.
 */
public final class RedisServer implements AutoCloseable {
    /** Ours. */
    public static final String VERSION = "0.1.0";

    /** The Redis whose behaviour we keep, as clients ask for it. */
    public static final String REDIS_VERSION = "7.0.15";

    private static final Logger LOG = LoggerFactory.getLogger(RedisServer.class);

    private static final long STOP_SECONDS = 10;

    private final ServerConfig config;
    private final ProcessLog log;
    private final ServerEnv env;
    private final Transport transport = Transport.ofThisJvm();
    private final CompletableFuture<Integer> stopped = new CompletableFuture<>();
    private final AtomicBoolean releasing = new AtomicBoolean();
    private final MultiThreadIoEventLoopGroup commandGroup;
    private final EventLoopGroup replicaGroup;
    private MultiThreadIoEventLoopGroup senderGroup;
    private final ExecutorService helper;
    private final Accountant accountant = new Accountant();
    private final Extents extents;
    private final Keyspace keyspace;
    private final CommandLoop loop;
    private final Listeners listeners;
    private final Cron cron;
    private Primary primary;
    private Snapshots snapshots;
    private Settings settings;
    private final Shutdown shutdown;
    private CounterPublisher publisher;

    /** Whether the end has begun; the command loop's. */
    private boolean ending;

    private int port;

    private RedisServer(ServerConfig config, ProcessLog log, ServerEnv env) {
        this.config = config;
        this.log = log;
        this.env = env;
        commandGroup = new Loops(1, threads("replbuf-command"), transport.handlers());
        SingleThreadIoEventLoop eventLoop = (SingleThreadIoEventLoop) commandGroup.next();
        int replicaLoops = (int) config.number("io-threads") - 1;
        replicaGroup =
                replicaLoops == 0
                        ? eventLoop
                        : new Loops(replicaLoops, threads("replbuf-replica"), transport.handlers());
        helper = Executors.newSingleThreadExecutor(threads("replbuf-helper"));
        extents = new Extents(config.number("repl-buffer-max-memory"), helper);
        keyspace =
                new Keyspace(
                        (int) config.number("databases"),
                        extents,
                        accountant.account(Owner.KEYSPACE),
                        accountant.account(Owner.SNAPSHOT));
        loop = new CommandLoop(config, env, eventLoop, accountant, keyspace, this::fatal);
        listeners = new Listeners(config, transport, loop);
        cron = new Cron(loop);
        shutdown = new Shutdown(loop, this::end);
    }

    /**
     * Starts a server and returns when its data set is loaded. It answers before that, from when it listens, and refuses what needs
     * the data set; one that is shut down meanwhile is returned as one that has ended, or is about to.
     *
     * @throws StartException if a port, a folder or a file is in the way; nothing of it is left then
     */
    public static RedisServer start(ServerConfig config) throws StartException {
        return start(config, ProcessLog.UNCHANGED, ServerEnv.real());
    }

    static RedisServer start(ServerConfig config, ProcessLog log, ServerEnv env)
            throws StartException {
        return start(config, log, env, server -> {});
    }

    /**
     * @param listening told when the port listens, before anything is loaded: from then on the server can be stopped. A caller that
     *     waits for the line "Server initialized" may rely on what this does
     */
    static RedisServer start(
            ServerConfig config, ProcessLog log, ServerEnv env, Consumer<RedisServer> listening)
            throws StartException {
        RedisServer server = new RedisServer(config, log, env);
        try {
            server.begin(listening);
            return server;
        } catch (StartException | RuntimeException e) {
            server.listeners.close();
            server.release(1);
            throw e;
        }
    }

    /** The TCP port that it listens on. */
    public int port() {
        return port;
    }

    /** Waits until it has ended; the status for the process. */
    public int awaitStopped() {
        return stopped.join();
    }

    /** Whether it has ended, by whatever cause. */
    public boolean isStopped() {
        return stopped.isDone();
    }

    /** Ends it without saving, and waits for no replica. */
    @Override
    public void close() {
        try {
            onLoop(
                    () -> {
                        end();
                        return null;
                    });
        } catch (RejectedExecutionException e) {
            // It ends already.
        }
        awaitStopped();
    }

    ServerConfig config() {
        return config;
    }

    CommandLoop loop() {
        return loop;
    }

    private void begin(Consumer<RedisServer> listening) throws StartException {
        checkDir();
        listeners.bind();
        port = listeners.port();
        // Said when the port listens; the blank before PID is part of what supervisors look for.
        LOG.info("Port: {} PID: {}", port, ProcessHandle.current().pid());
        LOG.info("Running mode=standalone, port={}.", port);
        try {
            // From here on it may be shut down, and then all that follows is refused by its loop.
            tell(onLoop(this::answer));
            listening.accept(this);
            LOG.info("Server initialized");
            ServerConfig atStart = config.copy();
            LogEvents logEvents = new LogEvents();
            Startup startup = Startup.look(atStart, loop, logEnv(logEvents));
            if (!load(startup)) {
                return;
            }
            tell(onLoop(() -> assemble(startup, logEvents)));
            awaitBase();
            onLoop(() -> open(startup));
        } catch (RejectedExecutionException e) {
            if (!loop.loop().isShuttingDown()) {
                throw e;
            }
        }
    }

    private static void tell(String problem) throws StartException {
        if (problem != null) {
            throw new StartException(problem);
        }
    }

    /**
     * On the command loop: all that clients may ask for while the data set is loaded; the reason why it cannot be, null if all is
     * well.
     */
    private String answer() {
        snapshots = new Snapshots(loop, env.snapshotFiles(), threads("replbuf-snapshot"));
        try {
            primary = new Primary(config.primary(), environment().withoutStream());
        } catch (IllegalArgumentException e) {
            return FaultText.of(e);
        }
        settings = new Settings(loop, log::level, cron::start, this::openLog);
        attach(null);
        loop.identify(
                new ServerIdentity(
                        Replid.random().hex(),
                        transport.name().toLowerCase(java.util.Locale.ROOT),
                        port));
        loop.beginLoading();
        cron.start();
        return null;
    }

    /**
     * Waits for the data set.
     *
     * @return false if the server was shut down meanwhile
     * @throws StartException if it cannot be loaded
     */
    private boolean load(Startup startup) throws StartException {
        CompletableFuture<StartException> loaded = new CompletableFuture<>();
        onLoop(
                () -> {
                    loop.loading().run(startup.load(), listeners::accept, loaded::complete);
                    return null;
                });
        CompletableFuture.anyOf(loaded, stopped).join();
        if (!loaded.isDone()) {
            return false;
        }
        StartException failure = loaded.join();
        if (failure != null) {
            throw startup.failed(failure);
        }
        return true;
    }

    /** What is acknowledged from the first command on must be found again: with appendonly the log needs a base before that. */
    private void awaitBase() throws StartException {
        CompletableFuture<String> base =
                onLoop(
                        () ->
                                config.bool("appendonly") && loop.rewrites().needed()
                                        ? loop.rewrites().first()
                                        : CompletableFuture.<String>completedFuture(null));
        CompletableFuture.anyOf(base, stopped).join();
        String problem = base.getNow(null);
        if (problem != null) {
            onLoop(
                    () -> {
                        primary.close();
                        return null;
                    });
            throw new StartException("Fatal error creating the AOF base file: " + problem);
        }
    }

    private void checkDir() throws StartException {
        Path dir = config.dir();
        if (!Files.isDirectory(dir)) {
            throw new StartException("dir: " + dir + " (expected: a folder that exists)");
        }
    }

    /** On the command loop: the stream from where the data set stands; the reason why it cannot be, null if all is well. */
    private String assemble(Startup startup, LogEvents logEvents) {
        Startup.Begun begun;
        try {
            begun = startup.conclude();
        } catch (StartException e) {
            return FaultText.of(e);
        }
        ReplicaSlots slots = ReplicaSlots.NONE;
        Primary answering = primary;
        try {
            if (config.path("repl-buffer-counters") != null) {
                CounterFile counters = CounterFile.create(config.path("repl-buffer-counters"));
                publisher = new CounterPublisher(loop, extents, counters);
                slots = counters;
            }
            primary =
                    new Primary(
                            config.primary(),
                            environment()
                                    .withStream(
                                            begun.history(),
                                            begun.redisOffset(),
                                            begun.log(),
                                            logEvents,
                                            slots));
        } catch (IOException e) {
            begun.close();
            return "repl-buffer-counters: " + FaultText.of(e);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            begun.close();
            return FaultText.of(e);
        }
        answering.close();
        attach(begun.log());
        logEvents.add(loop.parking());
        for (Loading.Expired expired : begun.expired()) {
            loop.propagation().expired(expired.db(), expired.key());
        }
        if (publisher != null) {
            publisher.start();
        }
        return null;
    }

    /** {@code appendonly} is switched on, and there was no log until now. */
    private void openLog() throws IOException {
        loop.propagation().flush();
        LogEvents logEvents = new LogEvents();
        StreamLog opened =
                StreamLog.open(
                        LogConfig.of(config.strategyOptions(), config.dir()),
                        logEnv(logEvents).with(StreamIndex.best()),
                        primary.history().replid(),
                        RedisOffsets.fromRedis(primary.primaryOffset()));
        primary.openLog(opened, logEvents);
        attach(opened);
        logEvents.add(loop.parking());
    }

    private void attach(StreamLog streamLog) {
        loop.attach(
                primary,
                snapshots,
                settings,
                new Parking(loop, streamLog),
                new AofRewrites(loop, streamLog),
                shutdown,
                publisher == null ? () -> {} : publisher::endOfTurn);
    }

    /** On the command loop: serves from here on. */
    private Void open(Startup startup) {
        // A signal that came while it loaded is carried out before anything is served.
        shutdown.look();
        if (!ending) {
            loop.endLoading(startup.load().result());
            listeners.accept();
            LOG.info("Ready to accept connections");
        }
        return null;
    }

    private LogEnv logEnv(LogEvents events) {
        return LogEnv.of(accountant.account(Owner.LOG), loop.loop(), events)
                .on(env.logFiles())
                .by(env.nanoClock(), env.wallMillis());
    }

    /** Without a stream yet. */
    private PrimaryEnv environment() {
        return new PrimaryEnv(
                loop.loop(),
                replicaGroup,
                senderGroup(),
                System::nanoTime,
                loop::tickMillis,
                extents,
                accountant,
                helper,
                snapshots,
                config.strategy(),
                config.strategyOptions(),
                config.dir(),
                config.path("repl-buffer-tap"),
                ReplicaSlots.NONE,
                loop::acked,
                History.fresh(),
                0,
                null,
                new LogEvents());
    }

    /** Loops for replicas that are sent to from the log; null if there is no log, or the replica loops are to do it. */
    private EventLoopGroup senderGroup() {
        int threads = SendConfig.of(config.strategyOptions()).senderThreads();
        if (threads > 0 && config.strategy().needsHistory() && senderGroup == null) {
            senderGroup = new Loops(threads, threads("replbuf-sender"), transport.handlers());
        }
        return senderGroup;
    }

    /** On the command loop: ends everything. */
    private void end() {
        if (ending) {
            return;
        }
        ending = true;
        listeners.close();
        cron.stop();
        if (loop.loading() != null) {
            loop.loading().stop();
        }
        loop.end();
        snapshots.abort("the server ends");
        primary.close();
        LOG.warn("Redis is now ready to exit, bye bye...");
        new Thread(() -> release(0), "replbuf-stop").start();
    }

    /** The command loop met something that it cannot go on from. */
    private void fatal(Throwable cause) {
        LOG.error("Fatal error, the server ends: {}", FaultText.of(cause));
        listeners.close();
        cron.stop();
        Thread ending = new Thread(() -> release(1), "replbuf-stop");
        ending.start();
    }

    /** Ends the threads and gives the memory back, once; not on one of those threads. */
    private void release(int status) {
        if (!releasing.compareAndSet(false, true)) {
            return;
        }
        boolean ended = end(commandGroup);
        if (replicaGroup instanceof MultiThreadIoEventLoopGroup group) {
            ended &= end(group);
        }
        if (senderGroup != null) {
            ended &= end(senderGroup);
        }
        if (ended) {
            try {
                loop.release();
                if (snapshots != null) {
                    snapshots.abandon("the server has failed");
                }
                keyspace.close();
            } catch (RuntimeException e) {
                // The process ends all the same, whoever waits for that must hear of it.
                LOG.error("Giving the data set's memory back failed", e);
            }
        } else {
            LOG.warn("Threads did not end in {} seconds: their memory stays", STOP_SECONDS);
        }
        if (publisher != null) {
            publisher.close();
        }
        extents.close();
        helper.shutdown();
        stopped.complete(status);
    }

    private static boolean end(MultiThreadIoEventLoopGroup group) {
        return group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
    }

    private <T> T onLoop(Callable<T> task) {
        try {
            return loop.loop().submit(task).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("on the command loop: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the command loop", e);
        }
    }

    private static ThreadFactory threads(String name) {
        // Netty's factory makes its fast thread-locals; one thread is just called by the name.
        ThreadFactory numbered = new DefaultThreadFactory(name, true);
        return task -> {
            Thread thread = numbered.newThread(task);
            thread.setName(
                    name.equals("replbuf-replica") || name.equals("replbuf-sender")
                            ? thread.getName().replaceFirst("-\\d+-(\\d+)$", "-$1")
                            : name);
            return thread;
        };
    }

    /**
     * Runs a server as this process.
     *
     * @param arguments of Redis: a file, then {@code --name value …}
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments, ProcessLog.UNCHANGED));
    }

    /** The same, with a log that {@code loglevel} and {@code logfile} steer; returns the status for the process. */
    public static int run(String[] arguments, ProcessLog log) {
        return new ServerProcess(log).run(arguments);
    }
}
