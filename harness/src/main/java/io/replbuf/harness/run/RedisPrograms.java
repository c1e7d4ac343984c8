package io.replbuf.harness.run;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds real servers that scenarios call by name and version, such as {@code redis-7.0} or {@code valkey-8.0}.
 *
 * <p>Looked for in this order: the system property {@code replbuf.redis-7.0}, the environment variable {@code
 * REPLBUF_REDIS_7_0}, {@code redis-server-7.0} on the path, and {@code redis-server} on the path if it says that it is a 7.0.
 */
public final class RedisPrograms {
    private static final Pattern NAME = Pattern.compile("(redis|valkey)-([0-9]+\\.[0-9]+)");
    private static final Pattern VERSION = Pattern.compile("v=([0-9]+\\.[0-9]+)\\.");
    private static final int VERSION_BYTES_MAX = 4_096;

    private final Map<String, String> environment;

    public RedisPrograms(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The command line to start, its first word resolved; empty if there is no such program here.
     *
     * @param command as a scenario has it; words are separated by blanks
     */
    public Optional<List<String>> resolve(String command) {
        List<String> words = new ArrayList<>(List.of(command.strip().split("\\s+")));
        Matcher name = NAME.matcher(words.get(0));
        Optional<Path> program =
                name.matches() ? named(name.group(1), name.group(2)) : executable(words.get(0));
        return program.map(
                path -> {
                    words.set(0, path.toString());
                    return words;
                });
    }

    /** What to do about a program that is not here. */
    public static String advice(String command) {
        String word = command.strip().split("\\s+")[0];
        return NAME.matcher(word).matches()
                ? "-Dreplbuf."
                        + word
                        + "=PATH, "
                        + variable(word)
                        + "=PATH, or such a server on the path, as 'replbuf servers DIR' brings newer ones"
                : "an executable file";
    }

    private Optional<Path> named(String kind, String version) {
        String word = kind + "-" + version;
        String given = System.getProperty("replbuf." + word, environment.get(variable(word)));
        if (given != null && !given.isBlank()) {
            return executable(given);
        }
        Optional<Path> versioned = executable(kind + "-server-" + version);
        return versioned.isPresent()
                ? versioned
                : executable(kind + "-server").filter(path -> version.equals(versionOf(path)));
    }

    private static String variable(String word) {
        return "REPLBUF_" + word.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }

    /** A path as it is, a plain word by the search path. A file unpacked from a jar lacks its x bit and is given it. */
    private Optional<Path> executable(String word) {
        if (word.contains("/")) {
            File file = new File(word);
            boolean usable = file.isFile() && (file.canExecute() || file.setExecutable(true));
            return usable ? Optional.of(file.toPath()) : Optional.empty();
        }
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder, word);
            if (!folder.isBlank()
                    && Files.isRegularFile(candidate)
                    && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Major and minor version that a server prints, or null if it prints none within a few seconds. */
    private static String versionOf(Path program) {
        try {
            Process process =
                    new ProcessBuilder(program.toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            try {
                process.getOutputStream().close();
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    return null;
                }
                byte[] said = process.getInputStream().readNBytes(VERSION_BYTES_MAX);
                Matcher version = VERSION.matcher(new String(said, StandardCharsets.UTF_8));
                return version.find() ? version.group(1) : null;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException unusable) {
            return null;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
