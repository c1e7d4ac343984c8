package io.replbuf.harness.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/** Where a real server comes from; a test whose binary is absent is skipped with a reason that names it. */
public enum RedisBinary {
    /** Carried by com.github.codemonstur:embedded-redis; x86-64, needs OpenSSL 3. Its file name says 6.2.6, it is 6.2.11. */
    V6_2("redis-server 6.2", "the embedded-redis artifact has none for this platform") {
        @Override
        Path locate() throws IOException {
            String resource = "/redis-server-6.2.6-v5-linux-amd64";
            try (InputStream in = RedisBinary.class.getResourceAsStream(resource)) {
                if (in == null) {
                    return null;
                }
                Path file = Files.createTempDirectory("redis-6.2").resolve("redis-server");
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                file.toFile().setExecutable(true);
                file.toFile().deleteOnExit();
                file.getParent().toFile().deleteOnExit();
                return file;
            }
        }
    },

    /** Debian's package redis-server, or whatever 7.x is on the PATH. */
    V7_0("redis-server 7.0", "Debian: apt-get install redis-server") {
        @Override
        Path locate() {
            return RealTool.find("redis-server");
        }
    },

    V8_0("redis-server 8.0", "'replbuf servers DIR' brings it; DIR/bin belongs on the PATH") {
        @Override
        Path locate() {
            return RealTool.find("redis-server-8.0");
        }
    },

    VALKEY_9_1(
            "valkey-server 9.1", "'replbuf servers DIR' brings it; DIR/bin belongs on the PATH") {
        @Override
        Path locate() {
            return RealTool.find("valkey-server-9.1");
        }
    };

    private final String label;
    private final String source;
    private Path path;

    RedisBinary(String label, String source) {
        this.label = label;
        this.source = source;
    }

    /** Null if there is none. */
    abstract Path locate() throws IOException;

    /** The binary, or the test that asks for it is skipped. */
    public Path require() throws Exception {
        String missing = missing();
        assumeTrue(missing == null, missing);
        return path;
    }

    /** Why it cannot be used here; null if it can. */
    public synchronized String missing() throws IOException, InterruptedException {
        if (path != null) {
            return null;
        }
        Path found = locate();
        if (found == null) {
            return label + " is not installed (" + source + ")";
        }
        Process version =
                new ProcessBuilder(found.toString(), "--version").redirectErrorStream(true).start();
        String output = new String(version.getInputStream().readAllBytes());
        if (!version.waitFor(10, TimeUnit.SECONDS) || version.exitValue() != 0) {
            return label + " does not run here: " + output.strip();
        }
        path = found;
        return null;
    }

    @Override
    public String toString() {
        return label;
    }
}
