package io.replbuf.harness.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders that a cell makes and removes. */
final class Directories {
    private static final Path TMPFS = Path.of("/dev/shm");

    private Directories() {}

    /** Removes a folder and all in it; nothing happens when there is none. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }

    /** A new folder in memory where the machine has one: on a disk, writeback could block whoever writes to a mapped file. */
    static Path temporaryInMemory(String prefix) throws IOException {
        return Files.isDirectory(TMPFS) && Files.isWritable(TMPFS)
                ? Files.createTempDirectory(TMPFS, prefix)
                : Files.createTempDirectory(prefix);
    }
}
