package io.replbuf.server;

import io.netty.util.ResourceLeakDetector;
import io.replbuf.buffer.Strategies;
import io.replbuf.fault.FaultText;
import io.replbuf.memory.Extent;
import io.replbuf.memory.Extents;
import io.replbuf.snapshot.DiskSnapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server as a process: what it prints, how signals end it, with which status. */
final class ServerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(RedisServer.class);

    private static final String HELP =
            """
            Usage: replbuf server [/path/to/redis.conf] [--name value ...]
                   replbuf server --version
                   replbuf server --help

            Serves until SHUTDOWN, Ctrl-C or SIGTERM. Logs to standard output, or to the file of --logfile.

            Directives are those of redis.conf, by name and value. Our own:
              --repl-buffer-strategy NAME                      how the replication stream is held (default: shared):
                                                               %s, or one of repl-buffer-path
              --repl-buffer-path PATH[:PATH]...                jars, and folders with jars, of further strategies
                                                               (--strategy-path JAR is the same)
              --repl-buffer-counters FILE                      publish counters in a mapped file
              --repl-buffer-tap FILE                           publish checksums of the stream in a mapped file
              --repl-buffer-max-memory BYTES                   most native memory for keys and stream
              --repl-buffer-send-lag-max BYTES                 writers wait when a replica that would take more is this far
                                                               behind (default: 4mb; 0: never)
              --repl-buffer-rehearsal yes|no                   play a resync before opening, so that the first is fast (default: yes)
            """;

    /** It takes three quarters of a second on two cores. */
    private static final int REHEARSAL_SECONDS = 10;

    /** Netty reads from these how closely to watch for buffers that are never released: its name, and its older name. */
    private static final List<String> LEAK_PROPERTIES =
            List.of("io.netty.leakDetection.level", "io.netty.leakDetectionLevel");

    /** Netty reads from this whether its buffers are events of the flight recorder. */
    private static final String FLIGHT_PROPERTY = "io.netty.jfr.enabled";

    private final ProcessLog log;
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;

    /** Whether a rehearsal is played; a signal that comes meanwhile waits for its end. */
    private boolean rehearsing;

    /** The signal that waits; null if none does. */
    private String waiting;

    /** Whether a signal ends the server just now. */
    private boolean stopping;

    /** Null until the server listens. */
    private RedisServer server;

    ServerProcess(ProcessLog log) {
        this.log = log;
    }

    int run(String[] arguments) {
        if (arguments.length == 1
                && (arguments[0].equals("--version") || arguments[0].equals("-v"))) {
            out.println(
                    "Replbuf server v="
                            + RedisServer.VERSION
                            + " redis="
                            + RedisServer.REDIS_VERSION
                            + " java="
                            + System.getProperty("java.version"));
            return 0;
        }
        if (arguments.length == 1 && (arguments[0].equals("--help") || arguments[0].equals("-h"))) {
            out.printf(HELP, String.join(", ", Strategies.onClassPath().names()));
            return 0;
        }
        ServerConfig config;
        try {
            config = ConfigReader.read(arguments);
            // Before the rehearsal, which would only say the same after a second.
            config.strategy();
        } catch (ConfigException | IllegalArgumentException e) {
            err.println(FaultText.of(e));
            return 1;
        }
        if (config.path("logfile") != null) {
            log.file(config.path("logfile"));
        }
        log.level(config.text("loglevel"));
        return serve(config);
    }

    /**
     * Without a word, unless it fails: then the server is as good as ever, but for its first replicas. A log that cannot be
     * silenced would say "Ready" before we are, so with such a one there is no rehearsal.
     */
    private void rehearse(ServerConfig config) {
        if (!config.bool("repl-buffer-rehearsal") || log == ProcessLog.UNCHANGED) {
            return;
        }
        // What this JVM cannot do is said once, now or never.
        new Extents(Extent.BYTES, null).close();
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        FutureTask<Void> rehearsal =
                new FutureTask<>(
                        () -> {
                            Rehearsal.play(config, temporary);
                            return null;
                        });
        Thread stage = new Thread(rehearsal, "replbuf-rehearsal");
        stage.setDaemon(true);
        String problem = null;
        try {
            log.level("nothing");
            rehearsing(true);
            stage.start();
            rehearsal.get(REHEARSAL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            problem = FaultText.of(e);
        } catch (TimeoutException e) {
            problem = "not over after " + REHEARSAL_SECONDS + " s";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            rehearsing(false);
            log.level(config.text("loglevel"));
        }
        if (problem != null) {
            LOG.warn("The rehearsal of a resync failed, the first may take longer: {}", problem);
        }
    }

    private int serve(ServerConfig config) {
        long pid = ProcessHandle.current().pid();
        LOG.info("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
        LOG.info(
                "Replbuf version={} (as Redis {}), bits=64, pid={}, just started",
                RedisServer.VERSION,
                RedisServer.REDIS_VERSION,
                pid);
        handleSignals();
        watchNoLeaks();
        recordNoBuffers();
        FutureTask<String> lowered = new FutureTask<>(CompilerThreads::lower);
        Thread lowering = new Thread(lowered, "replbuf-compilers");
        lowering.setDaemon(true);
        lowering.start();
        rehearse(config);
        if (waiting() != null) {
            LOG.warn("Received {} scheduling shutdown...", waiting());
            LOG.warn("Redis is now ready to exit, bye bye...");
            return 0;
        }
        said(lowered);
        RedisServer started;
        try {
            started = RedisServer.start(config, log, ServerEnv.real(), this::supervised);
        } catch (StartException e) {
            LOG.warn("{}", e.getMessage());
            if (server() != null) {
                deletePidFile(config.path("pidfile"));
            }
            return 1;
        }
        int status = started.awaitStopped();
        deletePidFile(config.path("pidfile"));
        return status;
    }

    /**
     * Netty marks one buffer in 128 and takes a stack trace for it when it is made and when it is released: a hundredth of the command
     * loop's samples in a profile of pipelined writes. For tests, not for a server.
     */
    private static void watchNoLeaks() {
        if (LEAK_PROPERTIES.stream().allMatch(name -> System.getProperty(name) == null)) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    /** Netty's events for the flight recorder would load the recorder at the start; an operator who wants them sets the property. */
    private static void recordNoBuffers() {
        if (System.getProperty(FLIGHT_PROPERTY) == null) {
            System.setProperty(FLIGHT_PROPERTY, "false");
        }
    }

    private static void said(FutureTask<String> lowered) {
        try {
            LOG.info("{}", lowered.get());
        } catch (ExecutionException e) {
            LOG.warn("Compilers keep their priority: {}", FaultText.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a supervisor relies on once the server has said its PID: a pid file, and signals that end it in order. */
    private void supervised(RedisServer listening) {
        writePidFile(listening.config().path("pidfile"));
        synchronized (this) {
            server = listening;
        }
    }

    private synchronized RedisServer server() {
        return server;
    }

    private void handleSignals() {
        Signals.handle("TERM", () -> signalled("SIGTERM", "shutdown-on-sigterm"));
        Signals.handle("INT", () -> signalled("SIGINT", "shutdown-on-sigint"));
    }

    private void signalled(String signal, String directive) {
        RedisServer ready;
        synchronized (this) {
            if (rehearsing) {
                waiting = signal;
                return;
            }
            ready = server;
        }
        if (ready == null) {
            // As Redis while it loads: there is nothing yet that could be saved.
            LOG.warn("Received {} before the server was ready, exiting now.", signal);
            System.exit(0);
            return;
        }
        if (stopping(true) && signal.equals("SIGINT")) {
            LOG.warn("You insist... exiting now.");
            DiskSnapshot.removeTemporary(ready.config().dir());
            Runtime.getRuntime().halt(1);
        }
        if (ready.loop().loading() == null) {
            LOG.warn("Received {} scheduling shutdown...", signal);
        } else {
            LOG.warn("Received shutdown signal during loading, scheduling shutdown.");
        }
        ready.loop().shutdown().signalled(directive, () -> stopping(false));
    }

    /** Whether it was so before. */
    private synchronized boolean stopping(boolean now) {
        boolean before = stopping;
        stopping = now;
        return before;
    }

    private synchronized void rehearsing(boolean now) {
        rehearsing = now;
    }

    private synchronized String waiting() {
        return waiting;
    }

    /** As Redis: a pid file that cannot be written is worth a line, not an end. */
    private static void writePidFile(Path file) {
        if (file == null) {
            return;
        }
        try {
            Files.writeString(file, ProcessHandle.current().pid() + "\n");
        } catch (IOException e) {
            LOG.info("Failed to write PID file: {}", FaultText.reason(e));
        }
    }

    private static void deletePidFile(Path file) {
        if (file != null) {
            LOG.info("Removing the pid file.");
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.info("Removing the pid file {}: {}", file, FaultText.reason(e));
            }
        }
    }
}
