package io.replbuf.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * The durable list of the log's files, in Redis 7's grammar for multi-part AOFs.
 *
 * <pre>
 *   line := "file" name "seq" number "type" ("b" | "i" | "h") { key value }
 *   last := "# crc32c" eight hex digits, of all bytes before it
 * </pre>
 *
 * Base first, then history, then increments by rising sequence number. {@code startoffset} and {@code endoffset} are keys of
 * Redis 8, in its numbering; {@code replid} is ours. A Redis skips keys that it does not know, and the last line, a comment
 * to it: without that line a manifest cut at a line's end would be a shorter log, and continuing it would be wrong. Immutable.
 *
 * <p>An increment or history file has an {@code endoffset} only when all its bytes have been forced to the device; a base
 * stands exactly at its {@code endoffset}.
 *
 * @param entries in the order of the file, at least one
 */
record Manifest(List<ManifestEntry> entries) {
    private static final int LAST_LINE_BYTES = "# crc32c 01234567\n".length();

    Manifest {
        entries = List.copyOf(entries);
    }

    /** The file's content. */
    byte[] bytes() {
        StringBuilder text = new StringBuilder();
        for (ManifestEntry.Type type : ManifestEntry.Type.values()) {
            for (ManifestEntry entry : entries) {
                if (entry.type() == type) {
                    text.append(entry.line()).append('\n');
                }
            }
        }
        byte[] lines = text.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] last = lastLine(lines, lines.length);
        byte[] all = Arrays.copyOf(lines, lines.length + last.length);
        System.arraycopy(last, 0, all, lines.length, last.length);
        return all;
    }

    /** Whether the content is what was written, from the first byte to the last line. */
    static boolean isWhole(byte[] content) {
        int length = content.length - LAST_LINE_BYTES;
        return length > 0
                && Arrays.equals(
                        lastLine(content, length),
                        0,
                        LAST_LINE_BYTES,
                        content,
                        length,
                        content.length);
    }

    private static byte[] lastLine(byte[] content, int length) {
        CRC32C crc = new CRC32C();
        crc.update(content, 0, length);
        return String.format(Locale.ROOT, "# crc32c %08x\n", crc.getValue())
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** The one of type {@code b}; null without. */
    ManifestEntry base() {
        for (ManifestEntry entry : entries) {
            if (entry.type() == ManifestEntry.Type.BASE) {
                return entry;
            }
        }
        return null;
    }

    /** History and increments in the order of the stream. */
    List<ManifestEntry> segments() {
        List<ManifestEntry> segments = new ArrayList<>(entries.size());
        for (ManifestEntry entry : entries) {
            if (entry.type() != ManifestEntry.Type.BASE) {
                segments.add(entry);
            }
        }
        segments.sort(Comparator.comparingLong(ManifestEntry::seq));
        return segments;
    }

    static String fileName(String appendFileName) {
        return appendFileName + ".manifest";
    }

    static String baseName(String appendFileName, long seq) {
        return appendFileName + "." + seq + ".base.rdb";
    }

    static String segmentName(String appendFileName, long seq) {
        return appendFileName + "." + seq + ".incr.aof";
    }
}
