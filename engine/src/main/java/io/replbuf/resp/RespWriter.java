package io.replbuf.resp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Writes replies as RESP2 or RESP3 into a buffer that its owner gives and takes.
 *
 * <p>One per command loop: before each command the owner says where its client's replies go. Allocates nothing per reply
 * but for text that is not ASCII constant.
 */
public final class RespWriter implements Reply {
    private static final int CRLF = '\r' << 8 | '\n';
    private static final int PLUS_OK_CR = '+' << 24 | 'O' << 16 | 'K' << 8 | '\r';

    private final byte[] digits = new byte[24];
    private final Consumer<String> errors;
    private ByteBuf out;
    private int protocol = 2;
    private boolean muted;

    /**
     * @param errors hears the text of every error reply, muted ones too
     */
    public RespWriter(Consumer<String> errors) {
        this.errors = errors;
    }

    /**
     * Directs what follows.
     *
     * @param out grows as needed; stays the caller's
     * @param protocol 2 or 3
     */
    public void to(ByteBuf out, int protocol) {
        this.out = out;
        this.protocol = protocol;
        muted = false;
    }

    /** Another protocol from the next reply on: HELLO changes it in the middle. */
    public void protocol(int version) {
        protocol = version;
    }

    /** Drops what follows, until {@link #to}: CLIENT REPLY OFF, and commands that came from a stream. */
    public void mute(boolean yes) {
        muted = yes;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public void simple(String text) {
        if (muted) {
            return;
        }
        if (text.equals("OK")) {
            out.writeInt(PLUS_OK_CR).writeByte('\n');
            return;
        }
        out.writeByte('+');
        text(text);
        out.writeShort(CRLF);
    }

    @Override
    public void error(String text) {
        errors.accept(text);
        if (muted) {
            return;
        }
        out.writeByte('-');
        // A line break inside would end the reply early and shift all that follow.
        text(
                text.indexOf('\r') < 0 && text.indexOf('\n') < 0
                        ? text
                        : text.replaceAll("[\r\n]", " "));
        out.writeShort(CRLF);
    }

    @Override
    public void integer(long value) {
        if (!muted) {
            header(':', value);
        }
    }

    @Override
    public void nullBulk() {
        if (muted) {
            return;
        }
        if (protocol == 2) {
            header('$', -1);
        } else {
            out.writeByte('_').writeShort(CRLF);
        }
    }

    @Override
    public void nullArray() {
        if (muted) {
            return;
        }
        if (protocol == 2) {
            header('*', -1);
        } else {
            out.writeByte('_').writeShort(CRLF);
        }
    }

    @Override
    public void bulk(byte[] bytes) {
        if (!muted) {
            header('$', bytes.length);
            out.writeBytes(bytes).writeShort(CRLF);
        }
    }

    @Override
    public void bulk(String text) {
        if (!muted) {
            header('$', text.length());
            text(text);
            out.writeShort(CRLF);
        }
    }

    @Override
    public void bulk(ByteBuf source, int index, int length) {
        if (!muted) {
            header('$', length);
            out.writeBytes(source, index, length).writeShort(CRLF);
        }
    }

    @Override
    public void bulk(ByteBuffer source) {
        if (!muted) {
            int position = source.position();
            header('$', source.remaining());
            out.writeBytes(source).writeShort(CRLF);
            source.position(position);
        }
    }

    @Override
    public void array(int length) {
        if (!muted) {
            header('*', length);
        }
    }

    @Override
    public void map(int pairs) {
        if (!muted) {
            header(protocol == 2 ? '*' : '%', protocol == 2 ? 2L * pairs : pairs);
        }
    }

    @Override
    public void verbatim(String text) {
        if (muted) {
            return;
        }
        if (protocol == 2) {
            bulk(text.getBytes(StandardCharsets.UTF_8));
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        header('=', bytes.length + 4L);
        text("txt:");
        out.writeBytes(bytes).writeShort(CRLF);
    }

    /** Written as Redis would print the shortest text that reads back as the same value; whole numbers without a point. */
    @Override
    public void real(double value) {
        if (muted) {
            return;
        }
        String text;
        if (Double.isInfinite(value)) {
            text = value > 0 ? "inf" : "-inf";
        } else if (value == Math.rint(value) && Math.abs(value) < 1e17) {
            text = Long.toString((long) value);
        } else {
            text = Double.toString(value).replace('E', 'e');
        }
        if (protocol == 2) {
            bulk(text);
        } else {
            out.writeByte(',');
            text(text);
            out.writeShort(CRLF);
        }
    }

    private void text(String text) {
        out.ensureWritable(text.length());
        for (int i = 0; i < text.length(); i++) {
            out.writeByte(text.charAt(i));
        }
    }

    /** {@code type}, the number, and the line's end, in one write. */
    private void header(int type, long value) {
        byte[] line = digits;
        int at = line.length;
        line[--at] = '\n';
        line[--at] = '\r';
        if (value == Long.MIN_VALUE) {
            // The one number whose negation overflows.
            out.writeByte(type);
            text(Long.toString(value));
            out.writeShort(CRLF);
            return;
        }
        long rest = Math.abs(value);
        do {
            line[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            line[--at] = '-';
        }
        line[--at] = (byte) type;
        out.writeBytes(line, at, line.length - at);
    }
}
