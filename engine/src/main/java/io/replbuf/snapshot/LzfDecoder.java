package io.replbuf.snapshot;

/** Expands a bare LZF token stream (see {@link LzfEncoder}), with every read and write checked. Stateless; any thread. */
final class LzfDecoder {
    private static final int LITERALS_MAX = 32;

    /** A token of three bytes stands for at most 264: no honest block expands by more than this factor. */
    static final int EXPANSION_MAX = 88;

    private LzfDecoder() {}

    /** A token stream that does not fit its lengths. */
    static final class CorruptBlockException extends Exception {
        private static final long serialVersionUID = 1;

        CorruptBlockException(String message) {
            super(message);
        }
    }

    /** Expands {@code in[0, inLength)} to exactly {@code outLength} bytes of {@code out}. */
    static void decode(byte[] in, int inLength, byte[] out, int outLength)
            throws CorruptBlockException {
        int from = 0;
        int to = 0;
        while (from < inLength) {
            int control = in[from++] & 0xFF;
            if (control < LITERALS_MAX) {
                int literals = control + 1;
                check("literals", literals, inLength - from, outLength - to);
                System.arraycopy(in, from, out, to, literals);
                from += literals;
                to += literals;
                continue;
            }
            int length = control >>> 5;
            int more = length == 7 ? 2 : 1;
            if (inLength - from < more) {
                throw new CorruptBlockException("LZF block ends inside a reference");
            }
            if (length == 7) {
                length += in[from++] & 0xFF;
            }
            length += 2;
            int back = ((control & 31) << 8 | in[from++] & 0xFF) + 1;
            if (back > to) {
                throw new CorruptBlockException(
                        "LZF reference: " + back + " bytes back (expected: <= " + to + ")");
            }
            check("reference", length, Integer.MAX_VALUE, outLength - to);
            copyBack(out, to, back, length);
            to += length;
        }
        if (to != outLength) {
            throw new CorruptBlockException(
                    "LZF content: " + to + " bytes (expected: " + outLength + ")");
        }
    }

    /** A reference may overlap what it produces: distance 1 and length 100 repeats a byte a hundred times. */
    private static void copyBack(byte[] out, int to, int back, int length) {
        if (back >= length) {
            System.arraycopy(out, to - back, out, to, length);
            return;
        }
        for (int i = to; i < to + length; i++) {
            out[i] = out[i - back];
        }
    }

    private static void check(String what, int length, int inLeft, int outLeft)
            throws CorruptBlockException {
        if (length > inLeft || length > outLeft) {
            throw new CorruptBlockException(
                    "LZF "
                            + what
                            + ": "
                            + length
                            + " bytes (expected: <= "
                            + Math.min(inLeft, outLeft)
                            + ")");
        }
    }
}
