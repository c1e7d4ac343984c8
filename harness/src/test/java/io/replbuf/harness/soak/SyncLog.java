package io.replbuf.harness.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a real replica says of its synchronisations in its own log, piece by piece as the log grows. */
final class SyncLog {
    private static final Pattern LINE =
            Pattern.compile(
                    "Trying a partial resynchronization \\(request (?<id>[0-9a-f]{40}):(?<offset>\\d+)\\)"
                            + "|(?<asked>Partial resynchronization not possible)"
                            + "|Full resync from (?:master|primary): (?<full>[0-9a-f]{40}):(?<cut>\\d+)"
                            + "|(?<partial>Successful partial resynchronization)");

    private final Path file;
    private int read;
    private Request pending;

    SyncLog(Path file) {
        this.file = file;
    }

    /**
     * What it asked for.
     *
     * @param replid null if it had no history to continue
     * @param offset of the first byte that it lacks
     */
    record Request(String replid, long offset) {}

    /**
     * A synchronisation that was answered.
     *
     * @param fullReplid the primary's history, null if it was a partial one
     * @param cut offset of the snapshot
     */
    record Sync(Request request, String fullReplid, long cut) {
        boolean full() {
            return fullReplid != null;
        }
    }

    /**
     * What is new since the last call.
     *
     * @param syncs in order
     * @param unanswered requests that got no answer which the replica lived to see
     * @param waiting whether it waits for one
     */
    record News(List<Sync> syncs, int unanswered, boolean waiting) {}

    News news() throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int end = text.lastIndexOf('\n') + 1;
        Matcher line = LINE.matcher(text.substring(read, end));
        read = end;
        List<Sync> syncs = new ArrayList<>();
        int unanswered = 0;
        while (line.find()) {
            if (line.group("id") != null || line.group("asked") != null) {
                unanswered += pending == null ? 0 : 1;
                pending =
                        line.group("id") == null
                                ? new Request(null, -1)
                                : new Request(
                                        line.group("id"), Long.parseLong(line.group("offset")));
            } else if (pending != null) {
                syncs.add(
                        line.group("partial") != null
                                ? new Sync(pending, null, -1)
                                : new Sync(
                                        pending,
                                        line.group("full"),
                                        Long.parseLong(line.group("cut"))));
                pending = null;
            }
        }
        return new News(syncs, unanswered, pending != null);
    }
}
