package io.replbuf.harness.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Brings a {@code cell.json} of an earlier harness to today's shape before it is read: what it could not say is absent.
 *
 * <p>The schema's version stays the same as long as an older file says nothing that means something else today.
 */
final class OlderCells {
    /** What a cell may lack. */
    private static final List<String> OPTIONAL = List.of("kept", "machine");

    private OlderCells() {}

    /** Says whether there was anything to bring up. */
    static boolean bringUp(ObjectNode cell) {
        boolean older = false;
        for (String optional : OPTIONAL) {
            if (!cell.has(optional)) {
                cell.putNull(optional);
                older = true;
            }
        }
        if (cell.get("verdict") instanceof ObjectNode verdict && !verdict.has("latencyAdvisory")) {
            verdict(verdict);
            older = true;
        }
        for (JsonNode phase : cell.path("phases")) {
            if (phase instanceof ObjectNode stretch && !stretch.has("settled")) {
                stretch.putNull("settled");
                older = true;
            }
        }
        return older;
    }

    /** Advisory once was a grade of its own; what it took from a cell was the use of its latencies, no more. */
    private static void verdict(ObjectNode verdict) {
        JsonNode status = verdict.get("status");
        boolean advisory = status != null && status.asText().equals("advisory");
        verdict.put("latencyAdvisory", advisory);
        if (advisory) {
            verdict.put("status", "ok");
        }
    }
}
