package io.replbuf.harness.simulation;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.memory.Poison;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A strategy with a bug put into it, to see whether the simulation finds it. */
final class Misbehaving implements ReplicationBufferFactory {
    /** What is wrong, now and then. */
    enum Bug {
        /** A write misses a byte in its middle; its length is right. */
        LOSES_A_BYTE,
        /** The byte sent last is sent again. */
        DOUBLES_A_BYTE,
        /** The block under a laggard was recycled. */
        TRIMS_A_PINNED_BLOCK,
        /** A demoted replica's loop never learns of it. */
        FORGETS_A_DEMOTION,
        /** A closed cursor stays open. */
        FORGETS_A_CLOSING,
        /** Nothing is trimmed any more. */
        NEVER_TRIMS,
        /** Replicas are not held back to what is synced. */
        SENDS_UNSYNCED,
        /** With a window of nothing replicas are in memory all the same. */
        KEEPS_A_WINDOW
    }

    private final ReplicationBufferFactory real;
    private final Bug bug;
    private int calls;

    Misbehaving(ReplicationBufferFactory real, Bug bug) {
        this.real = real;
        this.bug = bug;
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public List<BufferOption> options() {
        return real.options();
    }

    @Override
    public boolean needsHistory() {
        return real.needsHistory();
    }

    @Override
    public ReplicationBuffer create(BufferContext context) {
        calls = 0;
        ReplicationBuffer buffer = real.create(spoilt(context));
        return proxy(
                ReplicationBuffer.class,
                (method, arguments) -> {
                    if (method.getName().equals("feed")
                            && bug == Bug.LOSES_A_BYTE
                            && ++calls % 20 == 0) {
                        arguments[0] = withoutAByte((ByteBuffer) arguments[0]);
                    }
                    if (method.getName().equals("turn") && bug == Bug.NEVER_TRIMS) {
                        return false;
                    }
                    Object result = call(buffer, method, arguments);
                    boolean replica =
                            result instanceof ReplicaCursor && arguments[1] == CursorRole.REPLICA;
                    return replica ? cursor((ReplicaCursor) result) : result;
                });
    }

    private BufferContext spoilt(BufferContext context) {
        Map<String, String> options = new HashMap<>(context.options());
        if (bug == Bug.SENDS_UNSYNCED) {
            options.remove("repl-log-send-only-synced");
        }
        if (bug == Bug.KEEPS_A_WINDOW) {
            options.replace("repl-buffer-window", "0", "1mb");
        }
        return new BufferContext(
                context.nanoClock(),
                context.extents(),
                context.account(),
                context.helper(),
                context.history(),
                context.startOffset(),
                context.backlogBytes(),
                options);
    }

    private ReplicaCursor cursor(ReplicaCursor cursor) {
        boolean beganInLog = cursor.inLog();
        return proxy(
                ReplicaCursor.class,
                (method, arguments) -> {
                    switch (method.getName()) {
                        case "next" -> {
                            ByteBuffer slice = (ByteBuffer) call(cursor, method, arguments);
                            return slice == null ? null : spoilt(slice, cursor.pendingBytes());
                        }
                        case "inLog" -> {
                            boolean forgets = bug == Bug.FORGETS_A_DEMOTION && !beganInLog;
                            return !forgets && (boolean) call(cursor, method, arguments);
                        }
                        case "close", "drop" -> {
                            boolean forget = bug == Bug.FORGETS_A_CLOSING && ++calls % 3 == 0;
                            return forget ? null : call(cursor, method, arguments);
                        }
                        default -> {
                            return call(cursor, method, arguments);
                        }
                    }
                });
    }

    private ByteBuffer spoilt(ByteBuffer slice, long pending) {
        byte[] bytes = new byte[slice.remaining()];
        slice.get(slice.position(), bytes);
        if (bug == Bug.DOUBLES_A_BYTE && ++calls % 20 == 0) {
            System.arraycopy(bytes, 0, bytes, 1, bytes.length - 1);
            return ByteBuffer.wrap(bytes);
        }
        if (bug == Bug.TRIMS_A_PINNED_BLOCK && pending > 4096) {
            Arrays.fill(bytes, Poison.BYTE);
            return ByteBuffer.wrap(bytes);
        }
        return slice;
    }

    /** The source counts as read, as far as its reader can tell. */
    private static ByteBuffer withoutAByte(ByteBuffer source) {
        ByteBuffer copy = ByteBuffer.allocateDirect(source.remaining());
        copy.put(source).flip();
        for (int i = copy.limit() / 2; i < copy.limit() - 1; i++) {
            copy.put(i, copy.get(i + 1));
        }
        return copy;
    }

    private interface Handler {
        Object call(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> handler.call(method, arguments)));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
