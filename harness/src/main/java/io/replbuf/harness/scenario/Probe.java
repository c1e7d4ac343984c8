package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;

/**
 * A pinger on a connection and a thread of its own, with intended times, that watches the command loop.
 *
 * @param ratePerSecond PINGs a second; null: no pinger
 * @param control whether a second pinger watches an idle echo process at the same time, which tells the machine's stalls from
 *     the engine's
 */
public record Probe(
        @JsonProperty("rate") @JsonDeserialize(using = Quantities.EventRateDeserializer.class)
                Double ratePerSecond,
        Boolean control) {

    public static final Probe OFF = new Probe(null, null);

    public Probe {
        if (ratePerSecond != null) {
            Check.range("rate", ratePerSecond, 1.0, 10_000.0);
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
