package io.replbuf.harness.report;

import io.replbuf.harness.stats.BacklogSizing;
import java.time.Duration;
import java.util.Locale;

/**
 * How large a backlog must be: the formula with this run's rate, and a form for a reader's own. The form needs no network, and without
 * script the formula still stands there.
 */
final class Sizing {
    private static final int OUTAGE_SECONDS = 60;

    private final Run run;

    Sizing(Run run) {
        this.run = run;
    }

    /** Empty without a rate. */
    String html() {
        Group group =
                run.group(Findings.SWEEP) != null
                        ? run.group(Findings.SWEEP)
                        : run.groups().isEmpty() ? null : run.groups().get(0);
        double rate =
                group == null ? Double.NaN : group.largest().arms().get(0).typical().streamRate();
        if (!(rate > 0)) {
            return "";
        }
        Claim.Words words =
                Claim.words()
                        .say(
                                "repl-backlog-size = rate of the replication stream × longest outage + 10 %; under aof-psync the same bytes lie on"
                                        + " disk. At ")
                        .state("sizing.rate", rate, Units.bytesPerSecond(rate))
                        .say(" (" + group.scenario() + ") an outage of 1 min needs ");
        long bytes = BacklogSizing.bytes(rate, Duration.ofSeconds(OUTAGE_SECONDS));
        String sentence =
                words.state("sizing.minute", bytes, Units.bytes(bytes))
                        .say(".")
                        .claim("sizing")
                        .html();
        return "<div class=\"sizing\"><p><strong>Sizing a backlog.</strong> "
                + sentence
                + "</p><form id=\"sizing\" hidden><label>rate <input name=\"rate\" type=\"number\" min=\"0\" step=\"any\" value=\""
                + String.format(Locale.ROOT, "%.1f", rate / Units.MIB)
                + "\"> MiB/s</label> <label>outage <input name=\"outage\" type=\"number\" min=\"0\" step=\"any\" value=\""
                + OUTAGE_SECONDS
                + "\"> s</label> <output>repl-backlog-size "
                + (bytes >> 20)
                + "mb</output></form>\n"
                + SCRIPT
                + "</div>";
    }

    /** The same arithmetic as {@link BacklogSizing#bytes}. */
    private static final String SCRIPT =
            """
            <script>
            (function (form) {
              form.hidden = false;
              form.oninput = function () {
                var mib = Math.max(1, Math.ceil(form.rate.value * form.outage.value * 1.1 - 1e-9));
                form.querySelector("output").textContent = "repl-backlog-size " + mib + "mb";
              };
              form.onsubmit = function () { return false; };
            })(document.getElementById("sizing"));
            </script>
            """;
}
