package io.replbuf.harness.report;

import java.awt.GraphicsEnvironment;
import java.util.Arrays;
import java.util.List;

/**
 * Whether this machine can draw text at all.
 *
 * <p>A JVM without fontconfig or without one font fails in its own font code, with an error that says neither; charts are
 * then left out, tables and words stay.
 */
final class Fonts {
    /** What to do when there is none. */
    static final String REMEDY =
            "no font found, charts are left out (install fontconfig and fonts-dejavu-core, then run `report` again)";

    private static final List<String> PREFERRED =
            List.of("DejaVu Sans", "Liberation Sans", "Noto Sans", "SansSerif");

    private Fonts() {}

    /** The family that charts are drawn with, or null if nothing can be drawn. */
    static String family() {
        try {
            System.setProperty(
                    "java.awt.headless", System.getProperty("java.awt.headless", "true"));
            List<String> families =
                    Arrays.asList(
                            GraphicsEnvironment.getLocalGraphicsEnvironment()
                                    .getAvailableFontFamilyNames());
            return PREFERRED.stream().filter(families::contains).findFirst().orElse(null);
        } catch (RuntimeException | LinkageError | InternalError e) {
            // The JDK's font code has no common failure: which one it is depends on what is
            // missing.
            return null;
        }
    }
}
