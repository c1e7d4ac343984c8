package io.replbuf.harness.report;

import io.replbuf.harness.measure.Instruments;

/** What the page says of the run's own instruments. */
final class InstrumentNote {
    private InstrumentNote() {}

    /**
     * One sentence.
     *
     * @param instruments null when the run has no such file
     */
    static String of(Instruments instruments) {
        if (instruments == null) {
            return "The instruments were not held against a server whose response times are known.";
        }
        String found =
                instruments.isWithin()
                        ? "The instruments were held against a server whose response times are known: "
                        : "The instruments read wrong at a server whose response times are known, so no latency of this run may be used: ";
        return found + instruments.words() + ".";
    }
}
