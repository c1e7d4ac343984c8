package io.replbuf.primary;

import java.util.Locale;

/**
 * What becomes of a replica if it and the writers go on as in the last seconds.
 *
 * @param loss what happens to it next
 * @param millis until then, at the earliest; -1 for {@link Loss#NONE}
 * @param resumes whether it would get a partial resync if its link were cut now
 */
record Forecast(Loss loss, long millis, boolean resumes) {
    enum Loss {
        /** It keeps up, or nothing bounds its lag. */
        NONE,
        /** It goes on from the log. */
        DEMOTED,
        /** An output limit ends its session. */
        DROPPED,
        /** The log's cap drops what it has yet to read. */
        OVERTAKEN;

        final String word = name().toLowerCase(Locale.ROOT);
    }
}
