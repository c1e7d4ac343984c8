package io.replbuf.buffer;

import io.replbuf.fault.FaultText;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The strategies that a program has: those on its class path, and those in folders and jars that it was told of.
 *
 * <p>A strategy is found by the line that its jar has in {@code META-INF/services}, see {@link ServiceLoader}. All jars of a
 * path share one class loader below the program's own, so a strategy may bring libraries of its own in further jars. That loader
 * is never closed, because a buffer may load its classes as long as it lives.
 *
 * <p>Immutable; any thread.
 */
public final class Strategies {
    private static final String SERVICE =
            "META-INF/services/" + ReplicationBufferFactory.class.getName();

    private final TreeMap<String, ReplicationBufferFactory> byName = new TreeMap<>();

    private Strategies(ClassLoader loader) {
        for (ReplicationBufferFactory factory :
                ServiceLoader.load(ReplicationBufferFactory.class, loader)) {
            ReplicationBufferFactory other = byName.put(factory.name(), factory);
            if (other != null) {
                throw new IllegalArgumentException(
                        "strategy "
                                + factory.name()
                                + ": both "
                                + other.getClass().getName()
                                + " and "
                                + factory.getClass().getName()
                                + " (expected: one of that name)");
            }
        }
    }

    /** Those on the class path: of the thread's context class loader, as {@link ServiceLoader} has it. */
    public static Strategies onClassPath() {
        return new Strategies(contextLoader());
    }

    /**
     * Those on the class path, and those in the places of {@code path}: jars, folders with jars, and folders with classes.
     *
     * @throws IllegalArgumentException if a place is not there, is no jar, or if all of them together bring no strategy; names
     *     the place and the reason
     */
    public static Strategies in(List<Path> path) {
        Strategies own = onClassPath();
        if (path.isEmpty()) {
            return own;
        }
        List<URL> urls = new ArrayList<>();
        path.forEach(place -> collect(place, urls));
        ClassLoader loader =
                new URLClassLoader("replbuf-strategies", urls.toArray(URL[]::new), contextLoader());
        Strategies all;
        try {
            all = new Strategies(loader);
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IllegalArgumentException(
                    joined(path)
                            + ": "
                            + e.getMessage()
                            + " (expected: strategies that this program can load)",
                    e);
        }
        if (all.names().equals(own.names())) {
            throw new IllegalArgumentException(
                    joined(path)
                            + ": no strategy beyond "
                            + own.names()
                            + " (expected: a jar with "
                            + SERVICE
                            + ")");
        }
        return all;
    }

    /**
     * The places of a path as {@code repl-buffer-path} spells them: between {@link File#pathSeparator}s, colons on Linux.
     *
     * @return none for an empty path
     */
    public static List<Path> path(String joined) {
        return Arrays.stream(joined.split(File.pathSeparator))
                .filter(place -> !place.isEmpty())
                .map(Path::of)
                .toList();
    }

    /** By their names' order. */
    public List<ReplicationBufferFactory> all() {
        return List.copyOf(byName.values());
    }

    /** In order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    /**
     * @throws IllegalArgumentException if there is none of that name; says which there are
     */
    public ReplicationBufferFactory named(String name) {
        ReplicationBufferFactory factory = byName.get(name);
        if (factory == null) {
            String nearest = NearestName.of(name, names());
            throw new IllegalArgumentException(
                    "repl-buffer-strategy: "
                            + name
                            + " (expected: one of "
                            + names()
                            + (nearest == null ? ")" : "; nearest: " + nearest + ")"));
        }
        return factory;
    }

    private static ClassLoader contextLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? Strategies.class.getClassLoader() : context;
    }

    /** A class loader passes over what it cannot read without a word, so all that is wrong is said here. */
    private static void collect(Path place, List<URL> urls) {
        if (!Files.isDirectory(place)) {
            urls.add(jar(place));
            return;
        }
        List<Path> jars = jarsIn(place);
        jars.forEach(file -> urls.add(jar(file)));
        if (Files.exists(place.resolve(SERVICE))) {
            urls.add(url(place));
        } else if (jars.isEmpty()) {
            throw refused(place, "a folder without a jar and without " + SERVICE, null);
        }
    }

    private static URL jar(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            return url(Path.of(jar.getName()));
        } catch (NoSuchFileException e) {
            throw refused(file, "no such file or folder", e);
        } catch (IOException e) {
            throw refused(file, FaultText.reason(e), e);
        }
    }

    private static List<Path> jarsIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw refused(folder, FaultText.reason(e), e);
        }
    }

    private static URL url(Path place) {
        try {
            return place.toUri().toURL();
        } catch (MalformedURLException e) {
            throw refused(place, FaultText.reason(e), e);
        }
    }

    private static IllegalArgumentException refused(Path place, String reason, Exception cause) {
        return new IllegalArgumentException(
                place + ": " + reason + " (expected: a strategy's jar, or a folder with such)",
                cause);
    }

    private static String joined(List<Path> path) {
        return path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
