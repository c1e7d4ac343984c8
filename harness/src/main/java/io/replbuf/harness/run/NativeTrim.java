package io.replbuf.harness.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Has a JVM's malloc give back what it can: {@code jcmd PID System.trim_native_heap}, which is {@code malloc_trim} in that process.
 *
 * <p>In JDKs from 17.0.9 and 21.0.1 on, with glibc. The jcmd is that of our own JDK, with which engines run, too.
 */
final class NativeTrim {
    /** 1.4 GiB take half a second. */
    private static final long LIMIT_SECONDS = 30;

    private NativeTrim() {}

    /** Trims, and returns when it is done: null, or why it is not. */
    static String of(long pid) throws InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return jcmd + ": not there (expected: a JDK, not a JRE)";
        }
        Process process = null;
        try {
            process =
                    new ProcessBuilder(
                                    List.of(
                                            jcmd.toString(),
                                            Long.toString(pid),
                                            "System.trim_native_heap"))
                            .redirectErrorStream(true)
                            .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return "jcmd: no answer in " + LIMIT_SECONDS + " s";
            }
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean done = process.exitValue() == 0 && said.contains("Trim native heap:");
            return done ? null : "jcmd: " + said.strip().replaceAll("\\s+", " ");
        } catch (IOException e) {
            return "jcmd: " + e.getMessage();
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }
}
