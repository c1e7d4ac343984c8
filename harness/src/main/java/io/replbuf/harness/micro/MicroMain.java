package io.replbuf.harness.micro;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts JMH as our benchmarks need it: with the JVM flags of the one place that states them, allocation always measured, and the
 * results as JSON, since standard output carries the JVM's own warnings.
 *
 * <p>Everything that the caller says by JMH's own options wins. Annotations could not do this: they take constants, and the flags
 * come from the build.
 */
public final class MicroMain {
    static final String RESULT_FILE = "jmh-result.json";

    private static final String APPEND = "-jvmArgsAppend";

    private MicroMain() {}

    /** Name of the file in which results stand, unless the caller has another. */
    public static String resultFile() {
        return RESULT_FILE;
    }

    /**
     * Writes a readable summary beside results in JSON.
     *
     * @return its file
     */
    public static Path summarise(Path results) throws IOException {
        return MicroSummary.write(results);
    }

    /**
     * Runs JMH in this process; it forks for each benchmark.
     *
     * @param jvmFlags for the forks, which start with a class path and so know no manifest
     */
    public static void run(List<String> given, List<String> jvmFlags) throws IOException {
        org.openjdk.jmh.Main.main(arguments(given, jvmFlags).toArray(String[]::new));
    }

    /** JMH's arguments with ours added. */
    static List<String> arguments(List<String> given, List<String> jvmFlags) {
        List<String> all = new ArrayList<>(given);
        String flags = String.join(" ", jvmFlags);
        int place = all.indexOf(APPEND);
        if (place >= 0 && place + 1 < all.size()) {
            all.set(place + 1, flags + " " + all.get(place + 1));
        } else {
            all.addAll(List.of(APPEND, flags));
        }
        if (!hasProfiler(given, "gc")) {
            all.addAll(List.of("-prof", "gc"));
        }
        if (!given.contains("-rf")) {
            all.addAll(List.of("-rf", "json"));
        }
        if (!given.contains("-rff")) {
            all.addAll(List.of("-rff", RESULT_FILE));
        }
        return all;
    }

    private static boolean hasProfiler(List<String> arguments, String name) {
        for (int i = 0; i + 1 < arguments.size(); i++) {
            if (arguments.get(i).equals("-prof")
                    && arguments.get(i + 1).split(":")[0].equals(name)) {
                return true;
            }
        }
        return false;
    }
}
