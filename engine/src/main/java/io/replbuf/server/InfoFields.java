package io.replbuf.server;

import java.util.Locale;

/** The lines of INFO. */
final class InfoFields {
    private final StringBuilder text = new StringBuilder(8192);

    InfoFields section(String title) {
        if (!text.isEmpty()) {
            text.append("\r\n");
        }
        text.append("# ").append(title).append("\r\n");
        return this;
    }

    InfoFields put(String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    InfoFields put(String name, long value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    InfoFields put(String name, boolean value) {
        return put(name, value ? 1 : 0);
    }

    /** With two decimals. */
    InfoFields real(String name, double value) {
        return put(name, String.format(Locale.ROOT, "%.2f", value));
    }

    InfoFields percent(String name, double value) {
        return put(name, String.format(Locale.ROOT, "%.2f%%", value));
    }

    /** With six decimals, as times are given. */
    InfoFields seconds(String name, double value) {
        return put(name, String.format(Locale.ROOT, "%.6f", value));
    }

    /** Bytes, and once more for people. */
    InfoFields bytes(String name, long value) {
        return put(name, value).put(name + "_human", MemorySize.human(value));
    }

    /** Fields that are not kept, because what they count does not exist here. */
    InfoFields zeros(String... names) {
        for (String name : names) {
            put(name, 0);
        }
        return this;
    }

    /** For rooms that write their own lines. */
    StringBuilder builder() {
        return text;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
