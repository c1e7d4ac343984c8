package io.replbuf.primary;

import io.replbuf.stream.Replid;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts full resyncs by what made them necessary. Command loop. */
final class ResyncCauses {
    /** Replicas that are remembered as dropped, so that their return is told from others'. */
    private static final int DROPPED_MAX = 1_024;

    enum Cause {
        /** It asked for one, as a replica does that has nothing. */
        FIRST,
        /** It has the history of another primary. */
        FOREIGN,
        /** It has bytes of our history that we never had. */
        AHEAD,
        /** It lacks bytes that are not kept any more. */
        GAP,
        /** Nothing is kept yet. */
        NO_BACKLOG,
        /** Nothing was kept any more: {@code repl-backlog-ttl}. */
        TTL,
        /** It lacks bytes that are not kept any more, because it was dropped before. */
        DROPPED
    }

    private final long[] counts = new long[Cause.values().length];

    /** Why each was dropped, by the address that it replicates under; the oldest goes. */
    private final Map<String, String> dropped =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                    return size() > DROPPED_MAX;
                }
            };

    private Replid expired = Replid.NONE;

    /** The backlog of this history was freed by its time to live. */
    void expired(Replid replid) {
        expired = replid;
    }

    boolean isExpired(String replid) {
        return !expired.equals(Replid.NONE) && expired.hex().equals(replid);
    }

    /** A replica was dropped by us. One that names no port is not known again. */
    void dropped(ReplicaSession session, String why) {
        if (session.name() != null) {
            dropped.put(session.name(), why);
        }
    }

    /** Why the replica was dropped when it was here last; null if it was not. It is forgotten with the answer. */
    String whyDropped(ReplicaSession session) {
        return dropped.remove(session.name());
    }

    void count(Cause cause) {
        counts[cause.ordinal()]++;
    }

    /** {@code first=1,foreign=0,…} as INFO has it. */
    String text() {
        return Arrays.stream(Cause.values())
                .map(cause -> cause.name().toLowerCase(Locale.ROOT) + "=" + counts[cause.ordinal()])
                .collect(Collectors.joining(","));
    }

    void reset() {
        Arrays.fill(counts, 0);
    }
}
