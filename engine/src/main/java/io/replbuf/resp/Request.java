package io.replbuf.resp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One command as it lies in the input: a flyweight over the buffer that was read into.
 *
 * <p>Refilled for every command of a connection and valid until the next one is decoded; who wants to keep an argument
 * copies it. Command loop only.
 */
public final class Request {
    private ByteBuf in;
    private int start;
    private int end;
    private boolean canonical;
    private int argc;
    private int[] positions = new int[16];
    private int[] lengths = new int[16];

    /** Starts a new command at {@code start} of {@code in}; the decoder's half of the flyweight. */
    public void begin(ByteBuf in, int start) {
        this.in = in;
        this.start = start;
        argc = 0;
    }

    /** The same command, now in {@code in}: its input grew into another buffer. */
    void begin(ByteBuf in) {
        this.in = in;
    }

    /** The command's bytes have moved by {@code delta} before it was complete. */
    void rebase(int delta) {
        start += delta;
        for (int i = 0; i < argc; i++) {
            positions[i] += delta;
        }
    }

    public void addArgument(int position, int length) {
        if (argc == positions.length) {
            positions = Arrays.copyOf(positions, argc * 2);
            lengths = Arrays.copyOf(lengths, argc * 2);
        }
        positions[argc] = position;
        lengths[argc++] = length;
    }

    /**
     * @param canonical whether the bytes up to {@code end} are a RESP array of bulk strings, so that they may enter the
     *     stream as they are
     */
    public void finish(int end, boolean canonical) {
        this.end = end;
        this.canonical = canonical;
    }

    /** The buffer that the arguments lie in. */
    public ByteBuf buffer() {
        return in;
    }

    /** Index of the command's first byte in {@link #buffer}. */
    public int start() {
        return start;
    }

    /** Index behind the command's last byte. */
    public int end() {
        return end;
    }

    public boolean canonical() {
        return canonical;
    }

    /** Appends the command to {@code out} in canonical RESP. */
    public void writeTo(ByteBuf out) {
        if (canonical) {
            out.writeBytes(in, start, end - start);
            return;
        }
        line(out, '*', argc);
        for (int i = 0; i < argc; i++) {
            line(out, '$', lengths[i]);
            out.writeBytes(in, positions[i], lengths[i]);
            out.writeShort('\r' << 8 | '\n');
        }
    }

    private static void line(ByteBuf out, char type, int number) {
        out.writeCharSequence(type + Integer.toString(number) + "\r\n", StandardCharsets.US_ASCII);
    }

    /** Number of arguments, the command's name included. */
    public int argc() {
        return argc;
    }

    /** Index of argument {@code i} in {@link #buffer}. */
    public int position(int i) {
        return positions[i];
    }

    public int length(int i) {
        return lengths[i];
    }

    /** A copy of argument {@code i}. */
    public byte[] bytes(int i) {
        byte[] copy = new byte[lengths[i]];
        in.getBytes(positions[i], copy);
        return copy;
    }

    /** Argument {@code i} as text, a char per byte. */
    public String text(int i) {
        return in.toString(positions[i], lengths[i], StandardCharsets.ISO_8859_1);
    }

    /** Whether argument {@code i} is {@code word}, which must be upper-case ASCII, in any case. */
    public boolean is(int i, String word) {
        int length = lengths[i];
        if (length != word.length()) {
            return false;
        }
        int position = positions[i];
        for (int k = 0; k < length; k++) {
            int c = in.getByte(position + k);
            if (c >= 'a' && c <= 'z') {
                c -= 'a' - 'A';
            }
            if (c != word.charAt(k)) {
                return false;
            }
        }
        return true;
    }
}
