package io.replbuf.harness.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/**
 * The JVM flags that the parent pom states once: for engines that are started as processes, and for JMH's forks.
 *
 * @param flags what our code needs to run
 * @param engineFlags what an engine is given besides, so that measuring does not disturb it
 */
public record JvmFlags(List<String> flags, List<String> engineFlags) {
    private static final String RESOURCE = "/replbuf-jvm.properties";

    public JvmFlags {
        flags = List.copyOf(flags);
        engineFlags = List.copyOf(engineFlags);
    }

    /** Reads them from the jar. */
    public static JvmFlags load() {
        Properties properties = new Properties();
        try (InputStream in = JvmFlags.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(
                        "resource: " + RESOURCE + " (expected: part of the jar)");
            }
            properties.load(in);
        } catch (IOException failed) {
            throw new UncheckedIOException("resource: " + RESOURCE + " cannot be read", failed);
        }
        return new JvmFlags(words(properties, "flags"), words(properties, "engine.flags"));
    }

    private static List<String> words(Properties properties, String key) {
        String value = properties.getProperty(key, "");
        if (value.isBlank() || value.contains("${")) {
            throw new IllegalStateException(
                    RESOURCE
                            + ": "
                            + key
                            + "="
                            + value
                            + " (expected: flags, filled in by the build)");
        }
        return List.of(value.strip().split("\\s+"));
    }
}
