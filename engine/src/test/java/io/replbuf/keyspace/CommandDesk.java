package io.replbuf.keyspace;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.replbuf.memory.Accountant;
import io.replbuf.memory.Extents;
import io.replbuf.memory.Owner;
import io.replbuf.resp.Reply;
import io.replbuf.resp.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A keyspace with commands by name, replies as RESP2 text, effects as lines, and a clock that the test moves. */
final class CommandDesk implements AutoCloseable {
    final Extents extents;
    final Accountant accountant = new Accountant();
    final Keyspace keyspace;
    final Recorder effects = new Recorder();
    long now = 1_700_000_000_000L;
    int db;
    private final Map<String, CommandSpec> commands = new HashMap<>();
    private final Text reply = new Text();
    private final Request request = new Request();

    CommandDesk() {
        this(1L << 30);
    }

    CommandDesk(long limitBytes) {
        extents = new Extents(limitBytes, null);
        keyspace =
                new Keyspace(
                        16,
                        extents,
                        accountant.account(Owner.KEYSPACE),
                        accountant.account(Owner.SNAPSHOT));
        KeyspaceCommands.all().forEach(spec -> commands.put(spec.name(), spec));
    }

    /** Runs a command of a char per byte; blanks separate arguments of a single string. */
    String run(String... arguments) {
        String[] words = arguments.length == 1 ? arguments[0].split(" ") : arguments;
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = words[i].getBytes(StandardCharsets.ISO_8859_1);
        }
        return run(bytes);
    }

    String run(byte[][] arguments) {
        // Not from an allocator: the leak detector would record the stack of every access.
        ByteBuf in = Unpooled.wrappedBuffer(new byte[length(arguments)]).clear();
        request.begin(in, 0);
        for (byte[] argument : arguments) {
            request.addArgument(in.writerIndex(), argument.length);
            in.writeBytes(argument);
        }
        request.finish(in.writerIndex(), true);
        effects.begin(arguments);
        reply.text.setLength(0);
        String name = new String(arguments[0], StandardCharsets.ISO_8859_1).toLowerCase();
        commands.get(name).command().execute(new Context());
        return reply.text.toString();
    }

    private static int length(byte[][] arguments) {
        int length = 0;
        for (byte[] argument : arguments) {
            length += argument.length;
        }
        return length;
    }

    /** What the last command entered into the stream, a line per command, {@code db:} before a DEL of an expired key. */
    List<String> stream() {
        return effects.lines;
    }

    long charged() {
        return accountant.account(Owner.KEYSPACE).bytes();
    }

    long kept() {
        return accountant.account(Owner.SNAPSHOT).bytes();
    }

    @Override
    public void close() {
        keyspace.close();
        extents.close();
        if (accountant.usedBytes() != 0 || extents.mappedBytes() != 0) {
            throw new AssertionError(
                    "left: "
                            + accountant.usedBytes()
                            + " bytes charged, "
                            + extents.mappedBytes()
                            + " mapped (expected: none)");
        }
    }

    private final class Context implements CommandContext {
        @Override
        public Request request() {
            return request;
        }

        @Override
        public Reply reply() {
            return reply;
        }

        @Override
        public Effects effects() {
            return effects;
        }

        @Override
        public Keyspace keyspace() {
            return keyspace;
        }

        @Override
        public int db() {
            return db;
        }

        @Override
        public long nowMillis() {
            return now;
        }
    }

    /** Effects as the arguments that would enter the stream. */
    static final class Recorder implements Effects {
        final List<String> lines = new ArrayList<>();

        /** {@code db:key} of each key that changed, {@code db:*} of a database that was emptied. */
        final List<String> changed = new ArrayList<>();

        int changes;
        private byte[][] own;

        void begin(byte[][] own) {
            this.own = own;
            lines.clear();
            changed.clear();
            changes = 0;
        }

        @Override
        public void changed(int db, int argument) {
            changed.add(db + ":" + new String(own[argument], StandardCharsets.ISO_8859_1));
        }

        @Override
        public void emptyingAll() {
            // The databases come one by one as well.
        }

        @Override
        public void emptying(int db) {
            changed.add(db + ":*");
        }

        @Override
        public void verbatim() {
            rewritten(own);
        }

        @Override
        public void rewritten(byte[]... arguments) {
            StringBuilder line = new StringBuilder();
            for (byte[] argument : arguments) {
                line.append(line.isEmpty() ? "" : " ")
                        .append(new String(argument, StandardCharsets.ISO_8859_1));
            }
            lines.add(line.toString());
            changes = 1;
        }

        @Override
        public void expired(int db, byte[] key) {
            lines.add("DEL " + new String(key, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void changes(int count) {
            changes = count;
        }
    }

    private static final class Text implements Reply {
        private final StringBuilder text = new StringBuilder();

        private void line(String line) {
            text.append(line).append("\r\n");
        }

        @Override
        public void simple(String simple) {
            line("+" + simple);
        }

        @Override
        public void error(String error) {
            line("-" + error);
        }

        @Override
        public void integer(long value) {
            line(":" + value);
        }

        @Override
        public void nullBulk() {
            line("$-1");
        }

        @Override
        public void nullArray() {
            line("*-1");
        }

        @Override
        public void bulk(byte[] bytes) {
            bulk(new String(bytes, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void bulk(String value) {
            line("$" + value.length());
            line(value);
        }

        @Override
        public void bulk(ByteBuf source, int index, int length) {
            bulk(source.toString(index, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void bulk(java.nio.ByteBuffer source) {
            bulk(StandardCharsets.ISO_8859_1.decode(source.duplicate()).toString());
        }

        @Override
        public void array(int length) {
            line("*" + length);
        }

        @Override
        public void map(int pairs) {
            line("*" + 2 * pairs);
        }

        @Override
        public void verbatim(String value) {
            bulk(value);
        }

        @Override
        public void real(double value) {
            bulk(Double.toString(value));
        }

        @Override
        public int protocol() {
            return 2;
        }
    }
}
