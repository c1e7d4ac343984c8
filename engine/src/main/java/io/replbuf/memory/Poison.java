package io.replbuf.memory;

import java.nio.ByteBuffer;

/**
 * Overwrites memory that was given up, so that whoever still reads it is found out.
 *
 * <p>Off unless the JVM runs with {@code -Dreplbuf.poison=true}, as our tests do: then {@link Slots} fills every slot that is
 * freed, and a strategy that recycles memory in another way is asked to call {@link #fill} itself.
 */
public final class Poison {
    /** Unlike anything RESP contains. */
    public static final byte BYTE = (byte) 0xDB;

    private static final boolean ON = Boolean.getBoolean("replbuf.poison");
    private static final long EIGHT = 0xDBDBDBDBDBDBDBDBL;

    private Poison() {}

    public static boolean isOn() {
        return ON;
    }

    /** Fills {@code bytes} from {@code position}; does nothing when off. */
    public static void fill(ByteBuffer memory, int position, int bytes) {
        if (!ON) {
            return;
        }
        int end = position + bytes;
        int at = position;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            memory.putLong(at, EIGHT);
        }
        for (; at < end; at++) {
            memory.put(at, BYTE);
        }
    }
}
