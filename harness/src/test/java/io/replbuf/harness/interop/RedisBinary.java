package io.replbuf.harness.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/** Where a real redis-server comes from; a test whose binary is absent is skipped with a reason that names it. */
enum RedisBinary {
    /** Carried by com.github.codemonstur:embedded-redis; x86-64, needs OpenSSL 3. Its file name says 6.2.6, it is 6.2.11. */
    V6_2("redis-server 6.2") {
        @Override
        Path locate() throws IOException {
            String resource = "/redis-server-6.2.6-v5-linux-amd64";
            try (InputStream in = RedisBinary.class.getResourceAsStream(resource)) {
                assumeTrue(
                        in != null,
                        "redis-server 6.2 is not in the embedded-redis artifact for this platform");
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
    V7_0("redis-server 7.0") {
        @Override
        Path locate() {
            return RealTool.find("redis-server");
        }
    };

    private final String label;
    private Path path;

    RedisBinary(String label) {
        this.label = label;
    }

    abstract Path locate() throws IOException;

    /** The binary, or the test that asks for it is skipped. */
    synchronized Path require() throws Exception {
        if (path == null) {
            path = locate();
            assumeTrue(
                    path != null,
                    label + " is not installed (Debian: apt-get install redis-server)");
            Process version =
                    new ProcessBuilder(path.toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            String output = new String(version.getInputStream().readAllBytes());
            boolean runs = version.waitFor(10, TimeUnit.SECONDS) && version.exitValue() == 0;
            assumeTrue(runs, label + " does not run here: " + output.strip());
        }
        return path;
    }

    @Override
    public String toString() {
        return label;
    }
}
