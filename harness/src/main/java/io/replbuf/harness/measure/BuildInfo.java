package io.replbuf.harness.measure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the build put into the jar: which commit it was made of. The working directory is not asked, because it may be another
 * repository's, or none.
 *
 * @param commit 40 hex digits, or unknown if the build had no repository or no git
 * @param dirty whether tracked files had changed since that commit
 */
record BuildInfo(String commit, boolean dirty) {
    private static final String RESOURCE = "/replbuf-build.properties";
    private static final String UNKNOWN = "unknown";

    /** As git describes it. */
    private static final Pattern COMMIT = Pattern.compile("([0-9a-f]{40})(-dirty)?");

    static BuildInfo load() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream(RESOURCE)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("resource: " + RESOURCE + " cannot be read", failed);
        }
        return of(properties);
    }

    /** A name that Maven did not replace stands for nothing. */
    static BuildInfo of(Properties properties) {
        Matcher commit = COMMIT.matcher(properties.getProperty("commit", ""));
        return commit.matches()
                ? new BuildInfo(commit.group(1), commit.group(2) != null)
                : new BuildInfo(UNKNOWN, false);
    }
}
