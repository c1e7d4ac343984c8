package io.replbuf.snapshot;

import java.nio.charset.StandardCharsets;

/** Makes bytes of unknown origin fit for a message: quoted, escaped, cut. Stateless; any thread. */
final class Printable {
    private static final int LENGTH_MAX = 64;

    private Printable() {}

    static String of(byte[] bytes) {
        return of(
                new String(
                        bytes,
                        0,
                        Math.min(bytes.length, LENGTH_MAX + 1),
                        StandardCharsets.ISO_8859_1));
    }

    static String of(String text) {
        StringBuilder out = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), LENGTH_MAX); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 127 && c != '\'' && c != '\\') {
                out.append(c);
            } else {
                out.append(String.format("\\x%02x", (int) c));
            }
        }
        return out.append(text.length() > LENGTH_MAX ? "...'" : "'").toString();
    }
}
