package io.replbuf.keyspace;

import io.replbuf.memory.Account;

/**
 * The books on records that live for a cut alone: what they hold is charged to the snapshot instead of the keyspace.
 *
 * <p>Command loop only. A kept record bears its charge in the field of its epoch, which nobody reads any more: the command
 * loop has unlinked it, and a helper does not look there.
 */
final class KeptMemory {
    private final Records records;
    private final Account keyspaceAccount;
    private final Account snapshotAccount;
    private long bytes;

    KeptMemory(Records records, Account keyspaceAccount, Account snapshotAccount) {
        this.records = records;
        this.keyspaceAccount = keyspaceAccount;
        this.snapshotAccount = snapshotAccount;
    }

    long bytes() {
        return bytes;
    }

    /** A record has left the data set. Chunks that its successor shares stay charged to the keyspace. */
    void keep(int ref) {
        long charge = records.ownFootprint(ref);
        mark(ref, charge);
        transfer(charge);
    }

    /** A whole table has left the data set. */
    void keepTable(long recordBytes) {
        transfer(recordBytes);
    }

    /** A record of a table that was kept as a whole now bears its own charge. */
    long keepFromTable(int ref) {
        long charge = records.footprint(ref);
        mark(ref, charge);
        return charge;
    }

    /** What a table that was kept as a whole does not hold any more. */
    void returnTable(long recordBytes) {
        transfer(-recordBytes);
    }

    void free(int ref) {
        transfer(-(long) records.epoch(ref) * SizeClasses.GRANULE);
        records.free(ref);
    }

    /** All that was kept goes with the memory that it stands in, and that is the keyspace's. Without a cut only. */
    void clear() {
        transfer(-bytes);
    }

    private void mark(int ref, long charge) {
        records.setEpoch(ref, (int) (charge / SizeClasses.GRANULE));
    }

    private void transfer(long charge) {
        keyspaceAccount.add(-charge);
        snapshotAccount.add(charge);
        bytes += charge;
    }
}
