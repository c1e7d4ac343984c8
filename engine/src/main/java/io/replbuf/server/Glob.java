package io.replbuf.server;

/** Redis' glob patterns on names: {@code * ? [a-c] [^x] \}, case ignored. */
final class Glob {
    private Glob() {}

    static boolean isPattern(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
    }

    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1; // the last star seen, and the text position that it has swallowed up to
        int starText = 0;
        while (t < text.length()) {
            int width = p < pattern.length() ? one(pattern, p, text.charAt(t)) : 0;
            if (width > 0) {
                p += width;
                t++;
            } else if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starText = t;
            } else if (star >= 0) {
                p = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** How many characters of the pattern matched this one character, 0 if they do not (or are a star). */
    private static int one(String pattern, int p, char c) {
        char kind = pattern.charAt(p);
        if (kind == '*') {
            return 0;
        }
        if (kind == '?') {
            return 1;
        }
        if (kind == '\\' && p + 1 < pattern.length()) {
            return same(pattern.charAt(p + 1), c) ? 2 : 0;
        }
        if (kind != '[') {
            return same(kind, c) ? 1 : 0;
        }
        int at = p + 1;
        boolean negated = at < pattern.length() && pattern.charAt(at) == '^';
        if (negated) {
            at++;
        }
        boolean found = false;
        for (; at < pattern.length() && pattern.charAt(at) != ']'; at++) {
            if (at + 2 < pattern.length() && pattern.charAt(at + 1) == '-') {
                char low = lower(pattern.charAt(at));
                char high = lower(pattern.charAt(at + 2));
                char x = lower(c);
                found |= x >= (char) Math.min(low, high) && x <= (char) Math.max(low, high);
                at += 2;
            } else {
                found |= same(pattern.charAt(at), c);
            }
        }
        return found != negated ? Math.min(at, pattern.length() - 1) - p + 1 : 0;
    }

    private static boolean same(char a, char b) {
        return lower(a) == lower(b);
    }

    private static char lower(char c) {
        return Character.toLowerCase(c);
    }
}
