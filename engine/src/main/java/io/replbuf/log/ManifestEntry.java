package io.replbuf.log;

import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;

/**
 * One file that a manifest names.
 *
 * @param fileName without a path
 * @param seq sequence number, at least 1
 * @param type as the manifest's letter says
 * @param startOffset offset of the file's first byte, 0 if the line does not say
 * @param nextOffset offset behind its last byte, 0 if the line does not say: the file is being written, or was when its
 *     server died
 * @param replid the history that its bytes belong to, null if the line does not say
 */
record ManifestEntry(
        String fileName, long seq, Type type, long startOffset, long nextOffset, Replid replid) {
    enum Type {
        BASE('b'),
        HISTORY('h'),
        INCREMENT('i');

        final char letter;

        Type(char letter) {
            this.letter = letter;
        }
    }

    /** Whether the line carries what only our logs write: of a base, where it stands; of the others, where they begin. */
    boolean isOurs() {
        return replid != null && (type == Type.BASE ? nextOffset > 0 : startOffset > 0);
    }

    /** The line as it stands in the file, without its end. Offsets on disk are in Redis' numbering. */
    String line() {
        StringBuilder line = new StringBuilder(160);
        line.append("file ").append(quoted(fileName));
        line.append(" seq ").append(seq);
        line.append(" type ").append(type.letter);
        if (startOffset > 0) {
            line.append(" startoffset ").append(RedisOffsets.toRedis(startOffset));
        }
        if (nextOffset > 0) {
            line.append(" endoffset ").append(RedisOffsets.toRedis(nextOffset));
        }
        if (replid != null) {
            line.append(" replid ").append(replid);
        }
        return line.toString();
    }

    /** Quotes names with blanks or quotes in them, which are printable ASCII otherwise. */
    private static String quoted(String name) {
        if (name.indexOf(' ') < 0 && name.indexOf('"') < 0 && name.indexOf('\'') < 0) {
            return name;
        }
        return '"' + name.replace("\"", "\\\"") + '"';
    }
}
