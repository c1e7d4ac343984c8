package io.replbuf.harness.cli;

import io.replbuf.harness.scenario.Cell;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Something bad that happens to a running cell. */
enum Mishap {
    KILL("killed by signal 9") {
        @Override
        void strike(Path run, Cell cell) throws IOException, InterruptedException {
            signal("KILL");
        }
    },
    STOP("server stopped") {
        @Override
        void strike(Path run, Cell cell) throws IOException, InterruptedException {
            signal("STOP");
        }
    },
    FILL("No space left on device") {
        @Override
        void strike(Path run, Cell cell) throws IOException {
            byte[] bytes = new byte[64 << 10];
            try (OutputStream out = Files.newOutputStream(filler(run))) {
                while (true) {
                    out.write(bytes);
                }
            } catch (IOException full) {
                byte[] one = new byte[1];
                try (OutputStream out = Files.newOutputStream(run.resolve("rest"))) {
                    while (true) {
                        out.write(one);
                    }
                } catch (IOException fuller) {
                    return;
                }
            }
        }

        @Override
        void undo(Path run) throws IOException {
            Files.deleteIfExists(filler(run));
            Files.deleteIfExists(run.resolve("rest"));
        }

        private Path filler(Path run) {
            return run.resolve("filler");
        }
    },
    REMOVE("lag.csv: no such file") {
        @Override
        void strike(Path run, Cell cell) throws IOException {
            Files.deleteIfExists(run.resolve("cells").resolve(cell.id()).resolve("lag.csv"));
        }
    };

    /** What the reason must say. */
    private final String named;

    Mishap(String named) {
        this.named = named;
    }

    String named() {
        return named;
    }

    /**
     * Lets it happen.
     *
     * @param run the run's folder
     */
    abstract void strike(Path run, Cell cell) throws IOException, InterruptedException;

    /** Lets others have what it took. */
    void undo(Path run) throws IOException {
        // Most take nothing.
    }

    /** Engines that this JVM has started. */
    static List<ProcessHandle> engines() {
        return ProcessHandle.current()
                .children()
                .filter(child -> commandLine(child).contains("Replbuf\0server"))
                .toList();
    }

    /** The JDK leaves out a command line that is longer than a page, and a class path is. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException ended) {
            return "";
        }
    }

    private static void signal(String name) throws IOException, InterruptedException {
        for (ProcessHandle engine : engines()) {
            Process kill =
                    new ProcessBuilder("kill", "-" + name, Long.toString(engine.pid()))
                            .inheritIO()
                            .start();
            kill.waitFor(10, TimeUnit.SECONDS);
        }
    }
}
