package io.replbuf.keyspace;

import io.replbuf.memory.Account;

/** One numbered database: its table and what is counted of it. Command loop only. */
final class Database {
    final int number;
    private final Account account;
    Table table;

    /** Keys with an expiry. */
    long expires;

    /** Capacity of all records, for the charge of a cut that takes over the table. */
    long recordBytes;

    /** Where the search for expired keys goes on, as a hash. */
    long expiryCursor;

    /** Running mean over the keys that the search saw; 0 before it saw any. */
    long averageTtlMillis;

    Database(int number, Account account) {
        this.number = number;
        this.account = account;
        table = new Table(account);
    }

    int size() {
        return table.size();
    }

    /** Empties the database; the table with everything in it is the caller's now. */
    Table detach() {
        Table detached = table;
        table = new Table(account);
        expires = 0;
        recordBytes = 0;
        expiryCursor = 0;
        averageTtlMillis = 0;
        return detached;
    }

    void sampleTtl(long ttlMillis) {
        // As smooth as Redis' figure: one sample in fifty.
        averageTtlMillis =
                averageTtlMillis == 0
                        ? ttlMillis
                        : averageTtlMillis + (ttlMillis - averageTtlMillis) / 50;
    }
}
