package io.replbuf.primary;

import io.replbuf.buffer.ReplicationBufferFactory;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The strategies on the class path, by name. */
public final class Strategies {
    private Strategies() {}

    /**
     * @throws IllegalArgumentException if there is none of that name; says which there are
     */
    public static ReplicationBufferFactory named(String name) {
        TreeMap<String, ReplicationBufferFactory> found = new TreeMap<>();
        all().forEach(factory -> found.put(factory.name(), factory));
        ReplicationBufferFactory factory = found.get(name);
        if (factory == null) {
            throw new IllegalArgumentException(
                    "repl-buffer-strategy: "
                            + name
                            + " (expected: one of "
                            + found.keySet()
                            + ", the strategies on the class path)");
        }
        return factory;
    }

    public static List<ReplicationBufferFactory> all() {
        return ServiceLoader.load(ReplicationBufferFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
