package io.replbuf.memory;

import java.util.EnumMap;
import java.util.Map;

/**
 * The books of one engine: an {@link Account} per {@link Owner}, and their sum, which is {@code used_memory}.
 *
 * <p>Nothing is read off the JVM: a number here moves only because its owner said so.
 */
public final class Accountant {
    private final Map<Owner, Account> accounts = new EnumMap<>(Owner.class);

    public Accountant() {
        for (Owner owner : Owner.values()) {
            accounts.put(owner, new Account(owner));
        }
    }

    public Account account(Owner owner) {
        return accounts.get(owner);
    }

    /** The sum over all owners; any thread. */
    public long usedBytes() {
        long sum = 0;
        for (Account account : accounts.values()) {
            sum += account.bytes();
        }
        return sum;
    }
}
