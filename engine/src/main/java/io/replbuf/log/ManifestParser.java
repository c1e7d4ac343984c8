package io.replbuf.log;

import io.replbuf.stream.RedisOffsets;
import io.replbuf.stream.Replid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a manifest; strict, since a file that is missed or doubled here is lost or wrong data there.
 *
 * <p>Bounds: 1023 characters and a line feed a line, as in Redis; {@link #BYTES_MAX} in all. Comment lines begin with {@code
 * #}; unknown keys are skipped, as Redis does. Any thread.
 */
final class ManifestParser {
    /** Redis reads lines into a buffer of 1024 and one more for the end. */
    static final int LINE_CHARS_MAX = 1024;

    /** 16 MiB: more than 60,000 segments, four terabytes at the default segment size. */
    static final int BYTES_MAX = 16 << 20;

    private static final int SHOWN_CHARS = 64;

    /* The faults that Redis tells apart, in its words. */
    private static final String FORMAT = "Invalid AOF manifest file format";
    private static final String LONG_LINE = "The AOF manifest file contains too long line";
    private static final String EMPTY = "Found an empty AOF manifest";
    private static final String PATH = "File can't be a path, just a filename";
    private static final String TYPE = "Unknown AOF file type";
    private static final String SECOND_BASE = "Found duplicate base file information";
    private static final String SEQUENCE = "Found a non-monotonic sequence number";

    private final byte[] bytes;
    private final List<ManifestEntry> entries = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private boolean hasBase;
    private long lastIncrementSeq;
    private int lineNumber;

    private ManifestParser(byte[] bytes) {
        this.bytes = bytes;
    }

    static Manifest parse(byte[] bytes) throws ManifestException {
        return new ManifestParser(bytes).parse();
    }

    private Manifest parse() throws ManifestException {
        if (bytes.length > BYTES_MAX) {
            throw new ManifestException(1, FORMAT, bytes.length + " bytes", "<= " + BYTES_MAX);
        }
        int start = 0;
        while (start < bytes.length) {
            lineNumber++;
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            if (end - start >= LINE_CHARS_MAX) {
                throw refuse(LONG_LINE, (end - start) + " characters", "< " + LINE_CHARS_MAX);
            }
            if (end == bytes.length) {
                throw refuse(
                        FORMAT,
                        "no line feed behind \"" + shown(text(start, end)) + "\"",
                        "a whole line");
            }
            line(text(start, end));
            start = end + 1;
        }
        if (entries.isEmpty()) {
            throw new ManifestException(
                    Math.max(1, lineNumber), EMPTY, "the end", "at least one file");
        }
        return new Manifest(entries);
    }

    private String text(int start, int end) throws ManifestException {
        StringBuilder text = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            int c = bytes[i] & 0xff;
            if (c < ' ' && c != '\t' && !(c == '\r' && i == end - 1) || c > 126) {
                throw refuse(
                        FORMAT, "byte " + c + " at column " + (i - start + 1), "printable ASCII");
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    private void line(String line) throws ManifestException {
        if (line.startsWith("#")) {
            return;
        }
        List<String> tokens = split(line);
        if (tokens.size() < 6 || tokens.size() % 2 != 0) {
            throw refuse(
                    FORMAT,
                    tokens.size() + " words",
                    "key and value by turns, file, seq and type at least");
        }
        String file = null;
        long seq = 0;
        ManifestEntry.Type type = null;
        long startOffset = 0;
        long nextOffset = 0;
        Replid replid = null;
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < tokens.size(); i += 2) {
            String key = tokens.get(i);
            String value = tokens.get(i + 1);
            if (!keys.add(key)) {
                throw refuse(FORMAT, shown(key) + " twice", "each key once");
            }
            switch (key) {
                case "file":
                    file = fileName(value);
                    break;
                case "seq":
                    seq = number(key, value, 1);
                    break;
                case "type":
                    type = type(value);
                    break;
                case "startoffset":
                    startOffset = RedisOffsets.fromRedis(number(key, value, 0));
                    break;
                case "endoffset":
                    nextOffset = RedisOffsets.fromRedis(number(key, value, 0));
                    break;
                case "replid":
                    if (!Replid.isValid(value)) {
                        throw refuse(
                                FORMAT,
                                "replid \"" + shown(value) + "\"",
                                "40 lower-case hex digits");
                    }
                    replid = new Replid(value);
                    break;
                default:
                    // A later version's; Redis skips these, too.
                    break;
            }
        }
        add(new ManifestEntry(file, seq, type, startOffset, nextOffset, replid));
    }

    private void add(ManifestEntry entry) throws ManifestException {
        if (entry.fileName() == null || entry.seq() == 0 || entry.type() == null) {
            throw refuse(FORMAT, "a key is missing", "file, seq and type");
        }
        if (!names.add(entry.fileName())) {
            throw refuse(FORMAT, "file " + entry.fileName() + " again", "each file once");
        }
        if (entry.nextOffset() > 0 && entry.nextOffset() < entry.startOffset()) {
            throw refuse(
                    FORMAT,
                    "endoffset " + RedisOffsets.toRedis(entry.nextOffset()),
                    ">= startoffset " + RedisOffsets.toRedis(entry.startOffset()));
        }
        if (entry.type() == ManifestEntry.Type.BASE) {
            if (hasBase) {
                throw refuse(
                        SECOND_BASE, "a second base " + entry.fileName(), "at most one of type b");
            }
            hasBase = true;
        } else if (entry.type() == ManifestEntry.Type.INCREMENT) {
            if (entry.seq() <= lastIncrementSeq) {
                throw refuse(
                        SEQUENCE,
                        "seq " + entry.seq(),
                        "> " + lastIncrementSeq + ", the increment before");
            }
            lastIncrementSeq = entry.seq();
        }
        entries.add(entry);
    }

    private String fileName(String value) throws ManifestException {
        if (value.isEmpty()
                || value.indexOf('/') >= 0
                || value.indexOf('\\') >= 0
                || value.equals(".")
                || value.equals("..")) {
            throw refuse(PATH, "file \"" + shown(value) + "\"", "a file name without a path");
        }
        return value;
    }

    private ManifestEntry.Type type(String value) throws ManifestException {
        for (ManifestEntry.Type type : ManifestEntry.Type.values()) {
            if (value.length() == 1 && value.charAt(0) == type.letter) {
                return type;
            }
        }
        throw refuse(TYPE, "type \"" + shown(value) + "\"", "b, i or h");
    }

    private long number(String key, String value, long min) throws ManifestException {
        boolean digits = !value.isEmpty() && value.length() <= 18;
        for (int i = 0; i < value.length(); i++) {
            digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        if (!digits || Long.parseLong(value) < min) {
            throw refuse(
                    FORMAT,
                    key + " \"" + shown(value) + "\"",
                    "a number >= " + min + " of at most 18 digits");
        }
        return Long.parseLong(value);
    }

    /** Words between blanks; one in double quotes may hold blanks, and a backslash takes the next character as it is. */
    private List<String> split(String line) throws ManifestException {
        List<String> tokens = new ArrayList<>();
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (c == ' ' || c == '\t') {
                i++;
                continue;
            }
            StringBuilder token = new StringBuilder();
            boolean quoted = c == '"';
            if (quoted) {
                i++;
            }
            boolean closed = !quoted;
            while (i < line.length()) {
                c = line.charAt(i++);
                if (quoted && c == '\\' && i < line.length()) {
                    token.append(line.charAt(i++));
                } else if (quoted && c == '"') {
                    closed = true;
                    break;
                } else if (!quoted && (c == ' ' || c == '\t')) {
                    break;
                } else {
                    token.append(c);
                }
            }
            if (!closed) {
                throw refuse(FORMAT, "\"" + shown(token.toString()), "a closing quote");
            }
            tokens.add(token.toString());
        }
        return tokens;
    }

    private ManifestException refuse(String fault, String what, String expected) {
        return new ManifestException(lineNumber, fault, what, expected);
    }

    private static String shown(String value) {
        return value.length() <= SHOWN_CHARS ? value : value.substring(0, SHOWN_CHARS) + "...";
    }
}
