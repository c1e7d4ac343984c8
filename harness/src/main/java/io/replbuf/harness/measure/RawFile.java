package io.replbuf.harness.measure;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A raw file as it lies on the disk: under its own name, or compressed under that name and {@code .gz}. Readers ask for the plain
 * name and get the same bytes either way.
 */
public final class RawFile {
    static final String PACKED = ".gz";

    /** More than this is a mistake, not a measurement, and would fill the memory of a reader. */
    private static final long UNPACKED_BYTES_MAX = 4L << 30;

    private RawFile() {}

    /** Where the file is: under its plain name, also when neither form is there, or compressed. */
    public static Path stored(Path plain) {
        Path packed = packed(plain);
        return !Files.exists(plain) && Files.exists(packed) ? packed : plain;
    }

    /** Whether either form is there. */
    public static boolean exists(Path plain) {
        return Files.exists(stored(plain));
    }

    static Path packed(Path plain) {
        return plain.resolveSibling(plain.getFileName() + PACKED);
    }

    /** The file's text, line by line. */
    public static BufferedReader reader(Path plain) throws IOException {
        return new BufferedReader(
                new InputStreamReader(open(plain), StandardCharsets.UTF_8.newDecoder()));
    }

    /**
     * The file's own bytes.
     *
     * @throws java.nio.file.NoSuchFileException with the plain name, when neither form is there
     */
    public static InputStream open(Path plain) throws IOException {
        Path file = stored(plain);
        InputStream bytes = Files.newInputStream(file);
        if (file.equals(plain)) {
            return bytes;
        }
        try {
            return new Unpacked(file, bytes);
        } catch (EOFException | ZipException e) {
            bytes.close();
            throw broken(file, e);
        }
    }

    private static RunFileException broken(Path file, IOException cause) {
        String found = "compressed data: " + cause.getMessage();
        return new RunFileException(file, 1, found, "a whole gzip file", cause);
    }

    /** Names the file when its compressed bytes are cut off or wrong. */
    private static final class Unpacked extends GZIPInputStream {
        private final Path file;
        private long total;

        Unpacked(Path file, InputStream packed) throws IOException {
            super(packed, 64 << 10);
            this.file = file;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                int count = super.read(into, offset, length);
                total += Math.max(0, count);
                if (total > UNPACKED_BYTES_MAX) {
                    throw new RunFileException(
                            file, 1, "size: " + total, "at most " + UNPACKED_BYTES_MAX + " bytes");
                }
                return count;
            } catch (EOFException | ZipException e) {
                throw broken(file, e);
            }
        }
    }
}
