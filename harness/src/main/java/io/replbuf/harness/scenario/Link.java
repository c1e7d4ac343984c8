package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Duration;

/**
 * The way between the engine and a replica, shaped in the replica simulator. Loopback alone hides every effect of interest.
 *
 * @param bytesPerSecond what it carries; null: as much as loopback does
 * @param latency added to each byte on its way to the replica, and to each acknowledgement on its way back
 */
public record Link(
        @JsonProperty("rate") @JsonDeserialize(using = Quantities.ByteRateDeserializer.class)
                Long bytesPerSecond,
        @JsonDeserialize(using = Quantities.DurationDeserializer.class) Duration latency) {

    public static final Link UNSHAPED = new Link(null, null);

    public Link {
        if (bytesPerSecond != null) {
            Check.range("rate", bytesPerSecond, 1, 1L << 40);
        }
        latency =
                latency == null
                        ? Duration.ZERO
                        : Check.atMost("latency", latency, Duration.ofMinutes(1));
    }
}
