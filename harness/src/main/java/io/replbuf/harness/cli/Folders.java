package io.replbuf.harness.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Folders that the user names: made, or refused in one line with the reason. */
final class Folders {
    private static final String WRITABLE = " (expected: a folder that can be written to)";

    private Folders() {}

    /**
     * Makes a folder that is not there yet.
     *
     * @param option what errors begin with
     */
    static Path create(String option, Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UsageException(option + ": " + folder + " is a file" + WRITABLE);
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException wrong) {
            throw new UsageException(
                    option
                            + ": "
                            + folder
                            + " cannot be created: "
                            + Texts.reason(wrong)
                            + WRITABLE);
        }
        if (!Files.isWritable(folder)) {
            throw new UsageException(option + ": " + folder + " is read-only" + WRITABLE);
        }
        return folder;
    }

    /** Whether nothing is in the way of a new run. */
    static boolean isFree(Path folder) {
        if (!Files.isDirectory(folder)) {
            return !Files.exists(folder);
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(folder + ": cannot be listed", unreadable);
        }
    }

    /** Bytes that may still be written there, or to the nearest folder above that is there. */
    static long freeBytes(Path folder) throws IOException {
        Path at = folder.toAbsolutePath().normalize();
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return Files.getFileStore(at).getUsableSpace();
    }
}
