package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;

/**
 * A pinger on a connection and a thread of its own, with intended times, that watches the command loop.
 *
 * @param ratePerSecond PINGs a second; null: no pinger
 * @param control whether a second pinger watches an idle echo process at the same time, which tells the machine's stalls from
 *     the engine's
 * @param delayPerSecond marked writes a second whose arrival at replica 0 is timed; null: none
 */
public record Probe(
        @JsonProperty("rate") @JsonDeserialize(using = Quantities.EventRateDeserializer.class)
                Double ratePerSecond,
        Boolean control,
        @JsonProperty("delay") @JsonDeserialize(using = Quantities.EventRateDeserializer.class)
                Double delayPerSecond) {

    public static final Probe OFF = new Probe(null, null, null);

    public Probe {
        if (ratePerSecond != null) {
            Check.range("rate", ratePerSecond, 1.0, 10_000.0);
        }
        if (delayPerSecond != null) {
            Check.range("delay", delayPerSecond, 1.0, 5_000.0);
        }
        control = control != null && control;
        if (control && ratePerSecond == null) {
            throw new IllegalArgumentException("control: true (expected: a rate beside it)");
        }
    }

    public boolean isOn() {
        return ratePerSecond != null;
    }
}
