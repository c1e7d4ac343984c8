package io.replbuf.aofpsync;

import io.replbuf.log.StreamIndex;
import io.replbuf.log.StreamIndexProvider;
import java.util.List;

/** Brings an index in mapped files, by chronicle-bytes, where the JVM has the flags that this needs; stateless, any thread. */
public final class MappedIndexProvider implements StreamIndexProvider {
    /** Of java.base, what the README's flags open and export; without, chronicle-bytes fails in its static initializers. */
    private static final List<String> OPENED =
            List.of(
                    "java.lang",
                    "java.lang.reflect",
                    "java.io",
                    "java.util",
                    "java.nio",
                    "sun.nio.ch");

    private static final List<String> EXPORTED = List.of("jdk.internal.ref", "sun.nio.ch");

    /** For {@link java.util.ServiceLoader}. */
    public MappedIndexProvider() {}

    @Override
    public String obstacle() {
        Module base = Object.class.getModule();
        Module own = MappedIndexProvider.class.getModule();
        for (String name : OPENED) {
            if (!base.isOpen(name, own)) {
                return missing("--add-opens", name);
            }
        }
        for (String name : EXPORTED) {
            if (!base.isExported(name, own)) {
                return missing("--add-exports", name);
            }
        }
        return null;
    }

    @Override
    public StreamIndex create() {
        return new MappedIndex();
    }

    private static String missing(String flag, String name) {
        return "the JVM runs without "
                + flag
                + "=java.base/"
                + name
                + "=ALL-UNNAMED (expected: the flags of strategy-aof-psync's README)";
    }
}
