package io.replbuf.server;

import java.util.Locale;

/**
 * How to end.
 *
 * @param save write the data set even if no save point is configured
 * @param noSave do not write it even if one is
 * @param now do not wait for replicas
 * @param force end even if writing fails
 */
record ShutdownMode(boolean save, boolean noSave, boolean now, boolean force) {
    static final ShutdownMode DEFAULT = new ShutdownMode(false, false, false, false);

    /** As {@code shutdown-on-sigterm} spells it: {@code default}, or words out of save, nosave, now, force. */
    static ShutdownMode parse(String words) {
        String text = " " + words.toLowerCase(Locale.ROOT) + " ";
        return new ShutdownMode(
                text.contains(" save "),
                text.contains(" nosave "),
                text.contains(" now "),
                text.contains(" force "));
    }

    ShutdownMode withSave() {
        return new ShutdownMode(true, noSave, now, force);
    }

    ShutdownMode withNoSave() {
        return new ShutdownMode(save, true, now, force);
    }

    ShutdownMode withNow() {
        return new ShutdownMode(save, noSave, true, force);
    }

    ShutdownMode withForce() {
        return new ShutdownMode(save, noSave, now, true);
    }
}
