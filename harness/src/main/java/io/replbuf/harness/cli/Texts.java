package io.replbuf.harness.cli;

import io.replbuf.harness.measure.RunRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;

/** Quantities, reasons and commands as people read them. */
final class Texts {
    private Texts() {}

    /** Why a file or folder could not be used; of the commonest causes Java's message is the name alone. */
    static String reason(IOException wrong) {
        if (wrong instanceof NoSuchFileException) {
            return "no such file or folder";
        } else if (wrong instanceof AccessDeniedException) {
            return "permission denied";
        } else if (wrong instanceof FileAlreadyExistsException) {
            return "a file of that name is in the way";
        } else if (wrong instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        return String.valueOf(wrong.getMessage());
    }

    /** The command line that starts this program, as far as it can be told, with these words after it. */
    static String again(String words) {
        String path = System.getProperty("java.class.path", "");
        boolean jar = path.endsWith(".jar") && !path.contains(File.pathSeparator);
        return (jar ? "java -jar " + RunRequest.quoted(path) : "replbuf") + " " + words;
    }

    /** {@code 850 ms}, {@code 9.5 s}, {@code 3 min 56 s}, {@code 2 h 05 min}. */
    static String time(Duration time) {
        long seconds = Math.round(time.toMillis() / 1e3);
        if (time.toMillis() < 1_000) {
            return time.toMillis() + " ms";
        } else if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
        } else if (seconds < 3_600) {
            return seconds / 60 + " min " + String.format(Locale.ROOT, "%02d s", seconds % 60);
        }
        return seconds / 3_600
                + " h "
                + String.format(Locale.ROOT, "%02d min", seconds % 3_600 / 60);
    }

    /** {@code 512 B}, {@code 12.4 MB}: decimal units, as for rates. */
    static String bytes(double bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        double amount = bytes;
        while (amount >= 1_000 && unit < units.length - 1) {
            amount /= 1_000;
            unit++;
        }
        return unit == 0
                ? String.format(Locale.ROOT, "%.0f B", amount)
                : String.format(Locale.ROOT, "%.1f %s", amount, units[unit]);
    }

    /** {@code 950}, {@code 10.0k}, {@code 1.2M}. */
    static String count(double count) {
        if (count >= 1e6) {
            return String.format(Locale.ROOT, "%.1fM", count / 1e6);
        }
        return count >= 10_000
                ? String.format(Locale.ROOT, "%.1fk", count / 1e3)
                : String.format(Locale.ROOT, "%.0f", count);
    }
}
