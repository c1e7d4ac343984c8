package io.replbuf.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A stream of real commands, and where they end; offsets begin with {@link LogFixture#START}. */
final class CommandStream {
    /** A place between two commands and outside a transaction. */
    record Boundary(long offset, int db) {}

    final byte[] bytes;

    /** The first is the stream's beginning. */
    final List<Boundary> boundaries = new ArrayList<>();

    /** Places where a SELECT stands: there a segment may begin. */
    final List<Long> selects = new ArrayList<>();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    CommandStream(int commands) {
        Random random = new Random(11);
        int db = -1;
        boundaries.add(new Boundary(LogFixture.START, db));
        for (int i = 0; i < commands; i++) {
            if (i % 20 == 0) {
                selects.add(offset());
                db = i / 20 % 16;
                add("SELECT", Integer.toString(db));
                boundary(db);
                add("ping");
                boundary(db);
            }
            if (i % 7 == 3) {
                add("MULTI");
                add("INCR", "n:" + i);
                add("SET", "in:" + i, "multi");
                add("EXEC");
            } else {
                add("SET", "key:" + i, "v\r\n*1".repeat(random.nextInt(20)));
            }
            boundary(db);
        }
        bytes = out.toByteArray();
    }

    /** The last boundary at or below {@code offset}. */
    Boundary last(long offset) {
        Boundary last = boundaries.get(0);
        for (Boundary boundary : boundaries) {
            if (boundary.offset <= offset) {
                last = boundary;
            }
        }
        return last;
    }

    long end() {
        return offset();
    }

    private void boundary(int db) {
        boundaries.add(new Boundary(offset(), db));
    }

    private long offset() {
        return LogFixture.START + out.size();
    }

    private void add(String... words) {
        StringBuilder resp = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            resp.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        out.writeBytes(resp.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
