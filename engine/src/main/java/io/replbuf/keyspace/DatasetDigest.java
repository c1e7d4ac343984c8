package io.replbuf.keyspace;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * DEBUG DIGEST as Redis 7 computes it, so that the digests of ours and of theirs can be compared. Command loop only.
 *
 * <p>To <em>xor in</em> x is to xor with SHA-1 of x, to <em>mix in</em> x is to xor it in and to take SHA-1 of the result. A
 * key's digest begins with zeros; key, type number and value are mixed in; if the key expires, {@code !!expire!!} is xor-ed
 * in, so the time itself does not count. The data set's digest begins with zeros; for each database that is not empty its
 * number is mixed in, then the digests of its keys are xor-ed in, so their order does not count either.
 */
final class DatasetDigest {
    private static final int BYTES = 20;
    private static final int TYPE_STRING = 0;
    private static final byte[] EXPIRES = "!!expire!!".getBytes(StandardCharsets.US_ASCII);
    private static final int HOMES = 256;

    private final Records records;
    private final MessageDigest sha1;
    private final byte[] number = new byte[Integer.BYTES];

    DatasetDigest(Records records) {
        this.records = records;
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-1 (expected: in every Java platform)", e);
        }
    }

    byte[] of(Database[] dbs) {
        byte[] digest = new byte[BYTES];
        byte[] ofKey = new byte[BYTES];
        RefList stretch = new RefList();
        for (Database db : dbs) {
            if (db.size() == 0) {
                continue;
            }
            mixNumber(digest, db.number);
            long from = 0;
            while (from < Slots.HASHES) {
                long end = db.table.stretchEnd(from, HOMES);
                stretch.clear();
                db.table.collect(from, end, stretch);
                for (int i = 0; i < stretch.size(); i++) {
                    digestKey(ofKey, stretch.get(i));
                    sha1.update(ofKey);
                    xorUpdated(digest);
                }
                from = end;
            }
        }
        return digest;
    }

    private void digestKey(byte[] digest, int ref) {
        Arrays.fill(digest, (byte) 0);
        sha1.update(records.keyView(ref));
        mixUpdated(digest);
        mixNumber(digest, TYPE_STRING);
        for (ByteBuffer part : records.valueParts(ref, 0, records.valueLength(ref))) {
            sha1.update(part);
        }
        mixUpdated(digest);
        if (records.expiry(ref) >= 0) {
            sha1.update(EXPIRES);
            xorUpdated(digest);
        }
    }

    private void mixNumber(byte[] digest, int value) {
        ByteBuffer.wrap(number).putInt(value);
        sha1.update(number);
        mixUpdated(digest);
    }

    /** Mixes in what {@link #sha1} was updated with. */
    private void mixUpdated(byte[] digest) {
        xorUpdated(digest);
        sha1.update(digest);
        System.arraycopy(sha1.digest(), 0, digest, 0, BYTES);
    }

    /** Xors in the SHA-1 of what {@link #sha1} was updated with. */
    private void xorUpdated(byte[] digest) {
        byte[] hash = sha1.digest();
        for (int i = 0; i < BYTES; i++) {
            digest[i] ^= hash[i];
        }
    }
}
