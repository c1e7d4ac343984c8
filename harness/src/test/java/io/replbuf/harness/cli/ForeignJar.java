package io.replbuf.harness.cli;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** A jar with a strategy called {@code mine} that is on no class path: compiled here, it hands everything to {@code shared}. */
final class ForeignJar {
    private static final String SOURCE =
            """
            package elsewhere;

            import io.replbuf.buffer.*;

            public final class MineFactory implements ReplicationBufferFactory {
                private final ReplicationBufferFactory shared = new io.replbuf.shared.SharedBufferFactory();

                @Override
                public String name() {
                    return "mine";
                }

                @Override
                public java.util.List<BufferOption> options() {
                    return shared.options();
                }

                @Override
                public boolean needsHistory() {
                    return false;
                }

                @Override
                public ReplicationBuffer create(BufferContext context) {
                    return shared.create(context);
                }
            }
            """;

    private ForeignJar() {}

    static Path build(Path folder) throws IOException {
        Path source = folder.resolve("MineFactory.java");
        Files.writeString(source, SOURCE);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled =
                compiler.getTask(
                                said,
                                null,
                                null,
                                List.of(
                                        "-proc:none",
                                        "-d",
                                        folder.toString(),
                                        "-cp",
                                        System.getProperty(
                                                "surefire.test.class.path",
                                                System.getProperty("java.class.path"))),
                                null,
                                compiler.getStandardFileManager(null, null, null)
                                        .getJavaFileObjects(source))
                        .call();
        if (!compiled) {
            throw new IOException("the strategy does not compile: " + said);
        }
        Path jar = folder.resolve("my.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("elsewhere/MineFactory.class"));
            out.write(Files.readAllBytes(folder.resolve("elsewhere/MineFactory.class")));
            out.putNextEntry(
                    new JarEntry("META-INF/services/io.replbuf.buffer.ReplicationBufferFactory"));
            out.write("elsewhere.MineFactory\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return jar;
    }
}
