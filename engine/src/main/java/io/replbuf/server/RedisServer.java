package io.replbuf.server;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.log.LogEnv;
import io.replbuf.log.LogFiles;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.primary.LogEvents;
import io.replbuf.primary.Primary;
import io.replbuf.primary.PrimaryEnv;
import io.replbuf.primary.ReplicaSlots;
import io.replbuf.primary.SendConfig;
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
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
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
    private final LogFiles disk;
    private final Transport transport = Transport.ofThisJvm();
    private final CompletableFuture<Integer> stopped = new CompletableFuture<>();
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
    private CounterPublisher publisher;
    private int port;

    private RedisServer(ServerConfig config, ProcessLog log, LogFiles disk) {
        this.config = config;
        this.log = log;
        this.disk = disk;
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
        loop = new CommandLoop(config, eventLoop, accountant, keyspace, this::fatal);
        listeners = new Listeners(config, transport, loop);
        cron = new Cron(loop);
    }

    /**
     * Starts a server and returns when it is ready for connections.
     *
     * @throws StartException if a port, a folder or a file is in the way; nothing of it is left then
     */
    public static RedisServer start(ServerConfig config) throws StartException {
        return start(config, ProcessLog.UNCHANGED, LogFiles.onDisk());
    }

    static RedisServer start(ServerConfig config, ProcessLog log, LogFiles disk)
            throws StartException {
        return start(config, log, disk, server -> {});
    }

    /**
     * @param ready told when all is there, just before the log says so: whoever reads that line may rely on what this does
     */
    static RedisServer start(
            ServerConfig config, ProcessLog log, LogFiles disk, Consumer<RedisServer> ready)
            throws StartException {
        RedisServer server = new RedisServer(config, log, disk);
        try {
            server.begin(ready);
            return server;
        } catch (StartException | RuntimeException e) {
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

    /** Ends it without saving. */
    @Override
    public void close() {
        stop("Closing the server", ShutdownMode.DEFAULT.withNoSave().withNow());
        awaitStopped();
    }

    /** Ends it as a signal does; false if it goes on because it could not save. */
    boolean stop(String why, ShutdownMode mode) {
        if (stopped.isDone() || loop.loop().isShuttingDown()) {
            return true;
        }
        return onLoop(() -> shutdown(why, mode));
    }

    ServerConfig config() {
        return config;
    }

    CommandLoop loop() {
        return loop;
    }

    private void begin(Consumer<RedisServer> ready) throws StartException {
        checkDir();
        listeners.bind();
        port = listeners.port();
        // Said when the port listens; the blank before PID is part of what supervisors look for.
        LOG.info("Port: {} PID: {}", port, ProcessHandle.current().pid());
        LOG.info("Running mode=standalone, port={}.", port);
        LOG.info("Server initialized");
        String error = onLoop(this::assemble);
        if (error != null) {
            listeners.close();
            throw new StartException(error);
        }
        awaitBase();
        ready.accept(this);
        LOG.info("Ready to accept connections");
        listeners.accept();
    }

    /** What is acknowledged from the first command on must be found again: with appendonly the log needs a base before that. */
    private void awaitBase() throws StartException {
        CompletableFuture<String> base =
                onLoop(
                        () ->
                                config.bool("appendonly") && loop.rewrites().needed()
                                        ? loop.rewrites().first()
                                        : CompletableFuture.<String>completedFuture(null));
        String problem = base.join();
        if (problem != null) {
            listeners.close();
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

    /** On the command loop; the reason why it cannot be, null if all is well. */
    private String assemble() {
        LogEvents logEvents = new LogEvents();
        Startup startup;
        try {
            startup =
                    Startup.begin(
                            config,
                            keyspace,
                            loop.commands(),
                            LogEnv.of(accountant.account(Owner.LOG), loop.loop(), logEvents)
                                    .on(disk));
        } catch (StartException | IllegalArgumentException e) {
            return FaultText.of(e);
        }
        snapshots = new Snapshots(loop, threads("replbuf-snapshot"));
        try {
            ReplicaSlots slots = ReplicaSlots.NONE;
            if (config.path("repl-buffer-counters") != null) {
                CounterFile counters = CounterFile.create(config.path("repl-buffer-counters"));
                publisher = new CounterPublisher(loop, extents, counters);
                slots = counters;
            }
            primary = new Primary(config.primary(), environment(startup, logEvents, slots));
        } catch (IOException e) {
            startup.close();
            return "repl-buffer-counters: " + FaultText.of(e);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            startup.close();
            return FaultText.of(e);
        }
        Parking parking = new Parking(loop, startup.log());
        logEvents.add(parking);
        loop.attach(
                primary,
                snapshots,
                new Settings(loop, log::level, cron::start),
                parking,
                new AofRewrites(loop, startup.log()),
                this::shutdown,
                publisher == null ? () -> {} : publisher::endOfTurn);
        loop.identify(
                new ServerIdentity(
                        Replid.random().hex(),
                        transport.name().toLowerCase(java.util.Locale.ROOT),
                        port),
                startup.loaded());
        for (Loading.Expired expired : startup.expired()) {
            loop.propagation().expired(expired.db(), expired.key());
        }
        cron.start();
        if (publisher != null) {
            publisher.start();
        }
        return null;
    }

    private PrimaryEnv environment(Startup startup, LogEvents logEvents, ReplicaSlots slots) {
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
                slots,
                loop::acked,
                startup.history(),
                startup.redisOffset(),
                startup.log(),
                logEvents);
    }

    /** Loops for replicas that are sent to from the log; null if there is no log, or the replica loops are to do it. */
    private EventLoopGroup senderGroup() {
        int threads = SendConfig.of(config.strategyOptions()).senderThreads();
        if (threads > 0 && config.strategy().needsHistory()) {
            senderGroup = new Loops(threads, threads("replbuf-sender"), transport.handlers());
        }
        return senderGroup;
    }

    /** On the command loop: saves if that is asked for, then ends everything. */
    private boolean shutdown(String why, ShutdownMode mode) {
        if (loop.loop().isShuttingDown()) {
            return true;
        }
        LOG.warn("{}", why);
        snapshots.abort("the server shuts down");
        boolean save = mode.save() || (!mode.noSave() && !config.savePoints().isEmpty());
        if (save) {
            LOG.info("Saving the final RDB snapshot before exiting.");
            String error = snapshots.inForeground();
            if (error != null && !mode.force()) {
                LOG.warn("Error trying to save the DB, can't exit.");
                return false;
            }
        }
        listeners.close();
        cron.stop();
        loop.end();
        primary.close();
        LOG.warn("Redis is now ready to exit, bye bye...");
        Thread ending = new Thread(() -> release(0), "replbuf-stop");
        ending.start();
        return true;
    }

    /** The command loop met something that it cannot go on from. */
    private void fatal(Throwable cause) {
        LOG.error("Fatal error, the server ends: {}", FaultText.of(cause));
        listeners.close();
        cron.stop();
        Thread ending = new Thread(() -> release(1), "replbuf-stop");
        ending.start();
    }

    /** Ends the threads and gives the memory back; not on one of those threads. */
    private void release(int status) {
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
