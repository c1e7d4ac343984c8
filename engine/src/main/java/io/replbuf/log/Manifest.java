package io.replbuf.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The durable list of the log's files, in Redis 7's grammar for multi-part AOFs.
 *
 * <pre>
 *   line := "file" name "seq" number "type" ("b" | "i" | "h") { key value }
 * </pre>
 *
 * Base first, then history, then increments by rising sequence number. {@code startoffset} and {@code endoffset} are keys of
 * Redis 8, in its numbering; {@code replid} is ours. A Redis skips keys that it does not know. Immutable.
 *
 * @param entries in the order of the file, at least one
 */
record Manifest(List<ManifestEntry> entries) {
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
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Increments only, oldest first. */
    List<ManifestEntry> increments() {
        List<ManifestEntry> increments = new ArrayList<>(entries.size());
        for (ManifestEntry entry : entries) {
            if (entry.type() == ManifestEntry.Type.INCREMENT) {
                increments.add(entry);
            }
        }
        return increments;
    }

    static String fileName(String appendFileName) {
        return appendFileName + ".manifest";
    }

    static String segmentName(String appendFileName, long seq) {
        return appendFileName + "." + seq + ".incr.aof";
    }
}
