package io.replbuf.harness.measure;

import io.netty.util.Version;
import io.replbuf.harness.load.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Finds out where a run is made. What it cannot find out it calls unknown; nothing here fails a run. */
public final class EnvironmentCollector {
    private static final String UNKNOWN = "unknown";

    private EnvironmentCollector() {}

    /**
     * @param engineFlags flags of the engines' JVM
     * @param coreSleep whether idle cores may sleep during the run
     * @param peers versions of real servers that take part, by name
     */
    public static Environment collect(
            List<String> engineFlags, String coreSleep, Map<String, String> peers) {
        BuildInfo build = BuildInfo.load();
        return new Environment(
                RunFiles.SCHEMA_VERSION,
                version(),
                build.commit(),
                build.dirty(),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                engineFlags,
                withoutFolders(ManagementFactory.getRuntimeMXBean().getInputArguments()),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("os.version"),
                field("/proc/cpuinfo", "model name"),
                Runtime.getRuntime().availableProcessors(),
                kilobytes(field("/proc/meminfo", "MemTotal")),
                memoryLimit(),
                chosen(text("/sys/kernel/mm/transparent_hugepage/enabled")),
                text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
                coreSleep,
                text("/proc/loadavg").replaceAll("^(\\S+ \\S+ \\S+) .*", "$1"),
                Version.identify().values().stream()
                        .findFirst()
                        .map(Version::artifactVersion)
                        .orElse(UNKNOWN),
                Transport.best().word(),
                hostName(),
                peers);
    }

    /** Results are passed on: which program is of interest, where it lay on this machine is not. */
    private static List<String> withoutFolders(List<String> flags) {
        return flags.stream().map(flag -> flag.replaceFirst("=/.*/", "=")).toList();
    }

    private static String version() {
        String version = EnvironmentCollector.class.getPackage().getImplementationVersion();
        return version == null ? UNKNOWN : version;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** {@code always [madvise] never} to madvise. */
    private static String chosen(String choices) {
        int open = choices.indexOf('[');
        int close = choices.indexOf(']');
        return open < 0 || close < open ? choices : choices.substring(open + 1, close);
    }

    private static long kilobytes(String text) {
        String digits = text.replaceAll("[^0-9]", "");
        return digits.isEmpty() ? -1 : Long.parseLong(digits) * 1024;
    }

    private static long memoryLimit() {
        String limit = text("/sys/fs/cgroup/memory.max");
        return limit.matches("[0-9]{1,18}") ? Long.parseLong(limit) : -1;
    }

    private static String field(String file, String name) {
        return text(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse(UNKNOWN);
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file)).trim();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** What a command prints, or unknown when it fails or takes longer than a few seconds. */
    public static String command(String... words) {
        try {
            Process process =
                    new ProcessBuilder(words)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .start();
            String output =
                    new String(
                            process.getInputStream().readNBytes(64 * 1024), StandardCharsets.UTF_8);
            boolean ended = process.waitFor(5, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0 ? output.trim() : UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
