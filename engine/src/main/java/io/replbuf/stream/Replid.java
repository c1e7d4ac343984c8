package io.replbuf.stream;

import java.security.SecureRandom;

/**
 * Names a history of the stream: 40 lower-case hex digits.
 *
 * @param hex the digits
 */
public record Replid(String hex) {
    public static final int LENGTH = 40;

    /** What a server says that has no second id. */
    public static final Replid NONE = new Replid("0".repeat(LENGTH));

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String DIGITS = "0123456789abcdef";

    public Replid {
        if (!isValid(hex)) {
            throw new IllegalArgumentException(
                    "replid: \"" + hex + "\" (expected: 40 lower-case hex digits)");
        }
    }

    public static Replid random() {
        StringBuilder hex = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            hex.append(DIGITS.charAt(RANDOM.nextInt(16)));
        }
        return new Replid(hex.toString());
    }

    public static boolean isValid(String hex) {
        if (hex == null || hex.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            if (DIGITS.indexOf(hex.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return hex;
    }
}
