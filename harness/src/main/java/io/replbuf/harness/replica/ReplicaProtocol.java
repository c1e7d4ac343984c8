package io.replbuf.harness.replica;

import io.replbuf.stream.Replid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A replica's half of PSYNC, as a machine that is fed the bytes of one connection and knows no socket.
 *
 * <pre>
 *   PING → PONG ─ [AUTH] ─ REPLCONF listening-port ─ REPLCONF capa ─ PSYNC ─┬─ +CONTINUE ──────────────→ STREAM
 *                                                                           ├─ +FULLRESYNC ─ RDB ─ ACK ─→ STREAM
 *                                                                           └─ -ERR …  refused
 * </pre>
 *
 * <p>Every line and length that it reads is bounded. The RDB's content is not parsed: {@code $length} framing is counted, {@code
 * $EOF:mark} framing ends at the mark, wherever reads cut it. Not thread-safe.
 */
final class ReplicaProtocol {
    /** Where the machine stands. */
    enum State {
        PONG,
        AUTH,
        PORT,
        CAPA,
        PSYNC,
        RDB_HEADER,
        RDB_LENGTH,
        RDB_MARK,
        STREAM,
        REFUSED
    }

    /** Takes what the machine finds out. All calls come from within {@link #read} and {@link #begin}. */
    interface Listener {
        /** Sends a command to the primary. */
        void send(String... words);

        /** The primary grants a full resync; the stream will go on behind {@code offset}. */
        void fullResync(String replid, long offset);

        /** Bytes of the snapshot came, framing included. */
        void snapshotBytes(int bytes);

        /** The whole snapshot is here. */
        void snapshotDone();

        /** The primary goes on where it was asked to; {@code replid} is null when it named none. */
        void continued(String replid);

        /** Stream bytes: {@code bytes[from, to)}, valid during the call. */
        void stream(ByteBuffer bytes, int from, int to);

        /** A {@code REPLCONF GETACK} ended {@code 37} bytes behind this many bytes of the current call of {@link #stream}. */
        void getAck(int bytesBefore);

        /** The primary refuses for now: its own line. The connection is of no further use. */
        void refused(String line);
    }

    /** Longest line that a primary has a reason to send. */
    static final int LINE_MAX = 1024;

    /** A snapshot beyond 16 TiB is a wrong number. */
    static final long RDB_BYTES_MAX = 1L << 44;

    static final int MARK_BYTES = 40;

    /** Long enough to be told from data, and ending in a byte that is rare in it. */
    private static final byte[] GETACK = ascii("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK");

    private final Listener listener;
    private final String password;
    private final int listeningPort;
    private final String replid;
    private final long nextOffset;
    private final boolean looksForGetAck;
    private final byte[] line = new byte[LINE_MAX];
    private final MarkFinder getAck = new MarkFinder(GETACK);
    private MarkFinder eof;
    private int lineLength;
    private long rdbBytesLeft;
    private State state = State.PONG;

    /**
     * @param password to send with AUTH, or null
     * @param replid history to continue, or null to ask for a full resync
     * @param nextOffset first byte that the replica lacks; unused without a history
     * @param looksForGetAck whether the stream is searched for REPLCONF GETACK, a pass over all its bytes
     */
    ReplicaProtocol(
            Listener listener,
            String password,
            int listeningPort,
            String replid,
            long nextOffset,
            boolean looksForGetAck) {
        this.listener = listener;
        this.password = password;
        this.listeningPort = listeningPort;
        this.replid = replid;
        this.nextOffset = nextOffset;
        this.looksForGetAck = looksForGetAck;
    }

    State state() {
        return state;
    }

    /** The connection stands. */
    void begin() {
        listener.send("PING");
    }

    /**
     * Takes all of {@code bytes}.
     *
     * @throws ReplicaProtocolException when they are not what a primary may say; the connection is then of no further use
     */
    void read(ByteBuffer bytes) throws ReplicaProtocolException {
        int at = bytes.position();
        int to = bytes.limit();
        while (at < to) {
            at =
                    switch (state) {
                        case STREAM -> stream(bytes, at, to);
                        case RDB_LENGTH -> countedSnapshot(at, to);
                        case RDB_MARK -> markedSnapshot(bytes, at, to);
                        case REFUSED -> to;
                        default -> line(bytes, at, to);
                    };
        }
    }

    private int line(ByteBuffer bytes, int from, int to) throws ReplicaProtocolException {
        for (int at = from; at < to; at++) {
            byte b = bytes.get(at);
            if (b == '\n') {
                takeLine();
                lineLength = 0;
                return at + 1;
            }
            if (lineLength == LINE_MAX) {
                throw new ReplicaProtocolException(
                        state, "a line over " + LINE_MAX + " bytes", "a reply line");
            }
            line[lineLength++] = b;
        }
        return to;
    }

    private void takeLine() throws ReplicaProtocolException {
        if (lineLength == 0) {
            // A primary that is busy saving says so with empty lines; anywhere else they mean
            // nothing.
            if (state != State.PSYNC && state != State.RDB_HEADER) {
                throw new ReplicaProtocolException(state, "an empty line", "a reply");
            }
            return;
        }
        if (line[lineLength - 1] != '\r') {
            throw new ReplicaProtocolException(
                    state, quoted(text(lineLength)), "a line that ends in CR LF");
        }
        String reply = text(lineLength - 1);
        switch (state) {
            case PONG -> pong(reply);
            case AUTH -> {
                ok(reply);
                introduce();
            }
            case PORT -> {
                ok(reply);
                state = State.CAPA;
            }
            case CAPA -> {
                ok(reply);
                ask();
            }
            case PSYNC -> psyncReply(reply);
            case RDB_HEADER -> rdbHeader(reply);
            default -> throw new IllegalStateException("line in state: " + state);
        }
    }

    private void pong(String reply) throws ReplicaProtocolException {
        boolean alive =
                reply.equals("+PONG")
                        || reply.startsWith("-NOAUTH")
                        || reply.startsWith("-NOPERM")
                        || reply.startsWith("-ERR operation not permitted");
        if (!alive) {
            if (reply.startsWith("-")) {
                refuse(reply);
                return;
            }
            throw new ReplicaProtocolException(state, quoted(reply), "+PONG");
        }
        if (password != null) {
            listener.send("AUTH", password);
            state = State.AUTH;
        } else {
            introduce();
        }
    }

    private void introduce() {
        listener.send("REPLCONF", "listening-port", Integer.toString(listeningPort));
        listener.send("REPLCONF", "capa", "eof", "capa", "psync2");
        state = State.PORT;
    }

    private void ask() {
        if (replid == null) {
            listener.send("PSYNC", "?", "-1");
        } else {
            listener.send("PSYNC", replid, Long.toString(nextOffset));
        }
        state = State.PSYNC;
    }

    private void ok(String reply) throws ReplicaProtocolException {
        if (!reply.equals("+OK")) {
            throw new ReplicaProtocolException(state, quoted(reply), "+OK");
        }
    }

    private void psyncReply(String reply) throws ReplicaProtocolException {
        if (reply.startsWith("-")) {
            refuse(reply);
            return;
        }
        String[] words = reply.split(" ", -1);
        if (words[0].equals("+FULLRESYNC") && words.length == 3) {
            long offset = number(words[2], 0, Long.MAX_VALUE - 1, "an offset");
            state = State.RDB_HEADER;
            listener.fullResync(replid(words[1]), offset);
        } else if (words[0].equals("+CONTINUE") && words.length <= 2) {
            if (replid == null) {
                throw new ReplicaProtocolException(
                        state, quoted(reply), "+FULLRESYNC, for nothing else was asked");
            }
            state = State.STREAM;
            listener.continued(words.length == 2 ? replid(words[1]) : null);
        } else {
            throw new ReplicaProtocolException(
                    state, quoted(reply), "+FULLRESYNC <replid> <offset> or +CONTINUE [<replid>]");
        }
    }

    private void rdbHeader(String header) throws ReplicaProtocolException {
        if (header.startsWith("$EOF:")) {
            String mark = header.substring(5);
            if (mark.length() != MARK_BYTES) {
                throw new ReplicaProtocolException(
                        state, "mark length: " + mark.length(), String.valueOf(MARK_BYTES));
            }
            eof = new MarkFinder(mark.getBytes(StandardCharsets.ISO_8859_1));
            state = State.RDB_MARK;
        } else if (header.startsWith("$")) {
            rdbBytesLeft = number(header.substring(1), 0, RDB_BYTES_MAX, "a length");
            state = State.RDB_LENGTH;
            if (rdbBytesLeft == 0) {
                snapshotDone();
            }
        } else if (header.startsWith("-")) {
            refuse(header);
        } else {
            throw new ReplicaProtocolException(state, quoted(header), "$<length> or $EOF:<mark>");
        }
    }

    private int countedSnapshot(int from, int to) {
        int bytes = (int) Math.min(rdbBytesLeft, to - from);
        rdbBytesLeft -= bytes;
        listener.snapshotBytes(bytes);
        if (rdbBytesLeft == 0) {
            snapshotDone();
        }
        return from + bytes;
    }

    private int markedSnapshot(ByteBuffer bytes, int from, int to) {
        int end = eof.find(bytes, from, to);
        listener.snapshotBytes((end < 0 ? to : end) - from);
        if (end < 0) {
            return to;
        }
        eof = null;
        snapshotDone();
        return end;
    }

    private void snapshotDone() {
        state = State.STREAM;
        getAck.reset();
        listener.snapshotDone();
    }

    private int stream(ByteBuffer bytes, int from, int to) {
        int limit = bytes.limit();
        int position = bytes.position();
        listener.stream(bytes, from, to);
        bytes.limit(limit).position(position);
        for (int at = looksForGetAck ? from : to, end; at < to; at = end) {
            end = getAck.find(bytes, at, to);
            if (end < 0) {
                break;
            }
            listener.getAck(end - from - GETACK.length);
        }
        return to;
    }

    private void refuse(String reply) {
        state = State.REFUSED;
        listener.refused(reply);
    }

    private String replid(String word) throws ReplicaProtocolException {
        if (!Replid.isValid(word)) {
            throw new ReplicaProtocolException(
                    state, "replid: " + quoted(word), "40 lower-case hex digits");
        }
        return word;
    }

    private long number(String digits, long least, long most, String what)
            throws ReplicaProtocolException {
        boolean plain =
                !digits.isEmpty()
                        && digits.length() <= 19
                        && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (plain) {
            try {
                long value = Long.parseLong(digits);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new ReplicaProtocolException(
                        state, what + ": " + quoted(digits), least + " to " + most);
            }
        }
        throw new ReplicaProtocolException(
                state, what + ": " + quoted(digits), least + " to " + most);
    }

    private String text(int length) {
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), 100); i++) {
            char c = text.charAt(i);
            out.append(c >= ' ' && c < 127 ? c : '?');
        }
        return out.append('"').toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
