package io.replbuf.keyspace;

import java.nio.ByteBuffer;

/** A pattern of KEYS and SCAN: {@code *}, {@code ?}, {@code [a-z]}, {@code [^…]}, and {@code \} before any of them. */
final class Glob {
    private final byte[] pattern;

    /** End of the element that was compared last. */
    private int elementEnd;

    Glob(byte[] pattern) {
        this.pattern = pattern;
    }

    boolean matchesAll() {
        return pattern.length == 1 && pattern[0] == '*';
    }

    /** Whether the remaining bytes of {@code text} match as a whole. */
    boolean matches(ByteBuffer text) {
        int at = text.position();
        int end = text.limit();
        int element = 0;
        int star = -1;
        int starAt = 0;
        // A mismatch goes back to the last star only, which takes one byte more: time is bounded by
        // the product of lengths.
        while (at < end) {
            if (element < pattern.length && pattern[element] == '*') {
                star = ++element;
                starAt = at;
            } else if (element < pattern.length && matchesElement(element, text.get(at))) {
                element = elementEnd;
                at++;
            } else if (star >= 0) {
                element = star;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (element < pattern.length && pattern[element] == '*') {
            element++;
        }
        return element == pattern.length;
    }

    private boolean matchesElement(int element, byte c) {
        switch (pattern[element]) {
            case '?':
                elementEnd = element + 1;
                return true;
            case '[':
                return matchesSet(element + 1, c);
            case '\\':
                int literal = element + 1 < pattern.length ? element + 1 : element;
                elementEnd = literal + 1;
                return pattern[literal] == c;
            default:
                elementEnd = element + 1;
                return pattern[element] == c;
        }
    }

    private boolean matchesSet(int from, byte c) {
        int at = from;
        boolean not = at < pattern.length && pattern[at] == '^';
        if (not) {
            at++;
        }
        boolean found = false;
        // A set that is never closed ends with the pattern.
        while (at < pattern.length && pattern[at] != ']') {
            if (pattern[at] == '\\' && at + 1 < pattern.length) {
                found |= pattern[at + 1] == c;
                at += 2;
            } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
                int low = Math.min(pattern[at] & 0xff, pattern[at + 2] & 0xff);
                int high = Math.max(pattern[at] & 0xff, pattern[at + 2] & 0xff);
                found |= (c & 0xff) >= low && (c & 0xff) <= high;
                at += 3;
            } else {
                found |= pattern[at] == c;
                at++;
            }
        }
        elementEnd = Math.min(at + 1, pattern.length);
        return found != not;
    }
}
