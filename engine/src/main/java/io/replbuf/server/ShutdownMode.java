package io.replbuf.server;

import java.util.ArrayList;
import java.util.List;
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

    private static final String NONE = "default";

    /** As {@code shutdown-on-sigterm} spells it: {@code default}, or words out of save, nosave, now, force. */
    static ShutdownMode parse(List<String> words) throws ConfigException {
        ShutdownMode mode = DEFAULT;
        for (String word : words) {
            mode =
                    switch (word.toLowerCase(Locale.ROOT)) {
                        case NONE -> mode;
                        case "save" -> mode.withSave();
                        case "nosave" -> mode.withNoSave();
                        case "now" -> mode.withNow();
                        case "force" -> mode.withForce();
                        default -> throw unknown();
                    };
        }
        if (words.isEmpty()) {
            throw unknown();
        }
        if (mode.save && mode.noSave) {
            throw new ConfigException(
                    "shutdown options SAVE and NOSAVE can't be used simultaneously");
        }
        return mode;
    }

    private static ConfigException unknown() {
        return new ConfigException(
                "argument(s) must be one of the following: default, save, nosave, now, force");
    }

    /** The directive's normal spelling. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (save) {
            words.add("save");
        }
        if (noSave) {
            words.add("nosave");
        }
        if (now) {
            words.add("now");
        }
        if (force) {
            words.add("force");
        }
        return words.isEmpty() ? NONE : String.join(" ", words);
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
