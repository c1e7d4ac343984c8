package io.replbuf.harness.scenario;

import java.time.Duration;
import java.util.Comparator;

/**
 * One thing that is done to one replica at one time: what a fault becomes when it is compiled.
 *
 * @param atMillis from the cell's time 0
 * @param replica index
 * @param action what is done
 * @param planned how long the state that begins here is meant to last; null where nothing was planned or nothing begins
 * @param bytesPerSecond of SLOW_READER: the rate; else null
 * @param fault name of the fault that it belongs to, or "heal" for the end of everything
 */
public record FaultEvent(
        long atMillis,
        int replica,
        Action action,
        Duration planned,
        Long bytesPerSecond,
        String fault)
        implements Comparable<FaultEvent> {

    private static final Comparator<FaultEvent> ORDER =
            Comparator.comparingLong(FaultEvent::atMillis)
                    .thenComparingInt(FaultEvent::replica)
                    .thenComparing(FaultEvent::action);

    /** What is done. Ends come before beginnings, so that at one time a replica is healed before it is struck again. */
    public enum Action {
        /** Connect again and ask to continue from the offset held. */
        CONNECT,
        /** Read as the plan says again. */
        RESUME_READER,
        /** Connect without an offset: a new replica. */
        JOIN,
        /** Close (FIN), keep the offset, stay away until CONNECT. */
        DISCONNECT,
        /** Close (RST), keep the offset, stay away until CONNECT. */
        RESET_PEER,
        /** Close (FIN), forget the offset, stay away until JOIN, if there is one. */
        LEAVE,
        /** Read nothing. */
        PAUSE_READER,
        /** Read at {@code bytesPerSecond}. */
        SLOW_READER;

        /** As it stands in the event trace: lower case with dashes. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** The arguments as the event trace has them: {@code for=1500ms rate=1048576B/s fault=one-slow}. */
    public String args() {
        StringBuilder text = new StringBuilder();
        if (planned != null) {
            text.append("for=").append(planned.toMillis()).append("ms ");
        }
        if (bytesPerSecond != null) {
            text.append("rate=").append(bytesPerSecond).append("B/s ");
        }
        return text.append("fault=").append(fault).toString();
    }

    @Override
    public int compareTo(FaultEvent other) {
        return ORDER.compare(this, other);
    }
}
