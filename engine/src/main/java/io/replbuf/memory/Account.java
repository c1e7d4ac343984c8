package io.replbuf.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Bytes charged to one owner.
 *
 * <p>One writing thread at a time; readers on any thread see a recent value. A negative balance is a bug of the owner and
 * fails at once.
 */
public final class Account {
    private static final VarHandle BYTES;

    static {
        try {
            BYTES = MethodHandles.lookup().findVarHandle(Account.class, "bytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Owner owner;
    private long bytes;

    Account(Owner owner) {
        this.owner = owner;
    }

    public Owner owner() {
        return owner;
    }

    /** Charges (positive) or returns (negative) bytes; the owner's thread. */
    public void add(long delta) {
        long now = bytes + delta;
        if (now < 0) {
            throw new IllegalStateException(
                    owner + " account: " + now + " bytes (expected: >= 0) after " + delta);
        }
        BYTES.setOpaque(this, now);
    }

    /** The balance; any thread. */
    public long bytes() {
        return (long) BYTES.getOpaque(this);
    }
}
