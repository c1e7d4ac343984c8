package io.replbuf.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Jars as a third party would build them: a strategy whose class is on no class path, compiled for the occasion.
 *
 * <p>The strategy has a name and one option, 1 to 9 and 3 by default, and makes the buffers of {@code array}.
 */
public final class StrategyJar {
    private static final String SERVICE =
            "META-INF/services/io.replbuf.buffer.ReplicationBufferFactory";

    private static final String SOURCE =
            """
            package foreign.NAME;

            import io.replbuf.buffer.BufferContext;
            import io.replbuf.buffer.BufferOption;
            import io.replbuf.buffer.ReplicationBuffer;
            import io.replbuf.buffer.ReplicationBufferFactory;
            import java.util.List;

            public final class Factory implements ReplicationBufferFactory {
                private static final BufferOption TURNS =
                        new BufferOption("OPTION", "3", "how many there are, 1 to 9");

                @Override
                public String name() {
                    return "NAME";
                }

                @Override
                public List<BufferOption> options() {
                    return List.of(TURNS);
                }

                @Override
                public boolean needsHistory() {
                    return false;
                }

                @Override
                public ReplicationBuffer create(BufferContext context) {
                    if (!context.option(TURNS).matches("[1-9]")) {
                        throw new IllegalArgumentException(
                                TURNS.name() + ": " + context.option(TURNS) + " (expected: 1 to 9)");
                    }
                    return new io.replbuf.primary.ArrayBuffer.Factory().create(context);
                }
            }
            """;

    private StrategyJar() {}

    /** A jar with the strategy of that name, whose option is {@code repl-buffer-NAME-turns}. */
    public static Path make(Path jar, String name) throws IOException {
        return make(jar, name, option(name));
    }

    /** A jar with the strategy of that name and with that option. */
    public static Path make(Path jar, String name, String option) throws IOException {
        Map<String, byte[]> files = compiled(jar, name, option);
        files.put(SERVICE, service(name));
        return pack(jar, files);
    }

    /** The same as a folder of classes. */
    public static Path unpacked(Path folder, String name) throws IOException {
        Map<String, byte[]> files = compiled(folder, name, option(name));
        files.put(SERVICE, service(name));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return folder;
    }

    /** A jar that promises a strategy and lacks its class. */
    public static Path withoutItsClass(Path jar, String name) throws IOException {
        return pack(jar, Map.of(SERVICE, service(name)));
    }

    /** A jar that is none of a strategy. */
    public static Path empty(Path jar) throws IOException {
        return pack(jar, Map.of("README", "a library".getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] service(String name) {
        return ("foreign." + name + ".Factory\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String option(String name) {
        return "repl-buffer-" + name + "-turns";
    }

    private static Map<String, byte[]> compiled(Path beside, String name, String option)
            throws IOException {
        Path work = Files.createTempDirectory(beside.toAbsolutePath().getParent(), "compile");
        Path source = Files.createDirectories(work.resolve("source")).resolve("Factory.java");
        Path classes = Files.createDirectories(work.resolve("classes"));
        Files.writeString(source, SOURCE.replace("NAME", name).replace("OPTION", option));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int status =
                compiler.run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        source.toString());
        if (status != 0) {
            throw new IllegalStateException("compiler: " + status + " (expected: 0)");
        }
        Map<String, byte[]> files = new TreeMap<>();
        String path = "foreign/" + name + "/Factory.class";
        files.put(path, Files.readAllBytes(classes.resolve(path)));
        return files;
    }

    private static Path pack(Path jar, Map<String, byte[]> files) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                out.putNextEntry(new JarEntry(file.getKey()));
                out.write(file.getValue());
                out.closeEntry();
            }
        }
        return jar;
    }
}
