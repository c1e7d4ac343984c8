package io.replbuf.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The cursors that moved or were released since the command loop looked last, each at most once.
 *
 * <p>Any loop adds, the command loop drains. Lock-free and without allocation: a stack linked through the cursors
 * themselves. The order of its cursors means nothing. A cursor that stands still costs nothing here, so a turn's work does
 * not grow with idle replicas.
 */
final class CursorQueue {
    private static final VarHandle TOP;

    static {
        try {
            TOP =
                    MethodHandles.lookup()
                            .findVarHandle(CursorQueue.class, "top", MemoryCursor.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private MemoryCursor top;

    /** Any thread; what the caller wrote before is visible to {@link MemoryCursor#attend}. */
    void add(MemoryCursor cursor) {
        if (!cursor.enterQueue()) {
            return;
        }
        MemoryCursor below;
        do {
            below = (MemoryCursor) TOP.getAcquire(this);
            cursor.below = below;
        } while (!TOP.weakCompareAndSetRelease(this, below, cursor));
    }

    /** Calls {@link MemoryCursor#attend} of every cursor that was added; command loop. */
    void drain() {
        if (TOP.getOpaque(this) == null) {
            return;
        }
        MemoryCursor cursor = (MemoryCursor) TOP.getAndSet(this, null);
        while (cursor != null) {
            MemoryCursor below = cursor.below;
            cursor.below = null;
            // Left before it is looked at: what it does from here on enters it again.
            cursor.leaveQueue();
            cursor.attend();
            cursor = below;
        }
    }
}
