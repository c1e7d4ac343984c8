package io.replbuf.aofpsync;

import io.replbuf.log.StreamIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of an index file, big endian.
 *
 * <pre>
 *   header, 64 bytes   "replidx1"  startOffset 8  replid 40  zeros 4  check 4
 *   entry, 32 bytes    offset 8  boundaryOffset 8  bytes 4  db 4  crc32c of the chunk 4  check 4
 * </pre>
 *
 * <p>A check is the CRC32C of what stands before it in its record; an entry's begins with the header's, so that no entry of
 * another segment passes. Entries follow each other without gaps in the stream. Whatever a crash leaves, the entries up to the
 * first that is not whole are good: the others are not there for a reader. Zeros are no entry, since no offset is 0.
 */
final class IndexFormat {
    static final int HEADER_BYTES = 64;
    static final int ENTRY_BYTES = 32;

    private static final byte[] MAGIC = "replidx1".getBytes(StandardCharsets.US_ASCII);
    private static final int CHECK_BYTES = 4;

    /** A larger file is not read: an index of a terabyte, where a segment is one write longer than its configured size. */
    private static final long FILE_BYTES_MAX = 512L << 20;

    private final byte[] header;
    private final CRC32C crc = new CRC32C();

    IndexFormat(StreamIndex.Place segment) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
        bytes.put(MAGIC).putLong(segment.startOffset());
        bytes.put(segment.replid().toString().getBytes(StandardCharsets.US_ASCII));
        header = bytes.array();
        crc.update(header, 0, HEADER_BYTES - CHECK_BYTES);
        bytes.putInt(HEADER_BYTES - CHECK_BYTES, (int) crc.getValue());
    }

    byte[] header() {
        return header.clone();
    }

    byte[] entry(StreamIndex.Entry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);
        bytes.putLong(entry.offset()).putLong(entry.boundaryOffset());
        bytes.putInt(entry.bytes()).putInt(entry.db()).putInt(entry.crc32c());
        return bytes.putInt(check(bytes.array(), 0)).array();
    }

    /**
     * The entries up to the first that is not whole; read plainly, so that a broken device is an exception.
     *
     * @return empty if there is no file, or it is another segment's
     */
    static List<StreamIndex.Entry> read(StreamIndex.Place segment) throws IOException {
        byte[] content;
        try {
            if (Files.size(segment.file()) > FILE_BYTES_MAX) {
                return List.of();
            }
            content = Files.readAllBytes(segment.file());
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return new IndexFormat(segment).entries(content, segment.startOffset());
    }

    private List<StreamIndex.Entry> entries(byte[] content, long startOffset) {
        List<StreamIndex.Entry> entries = new ArrayList<>();
        if (content.length < HEADER_BYTES
                || !ByteBuffer.wrap(header).equals(ByteBuffer.wrap(content, 0, HEADER_BYTES))) {
            return entries;
        }
        ByteBuffer bytes = ByteBuffer.wrap(content);
        long next = startOffset;
        for (int at = HEADER_BYTES; content.length - at >= ENTRY_BYTES; at += ENTRY_BYTES) {
            bytes.position(at);
            long offset = bytes.getLong();
            long boundary = bytes.getLong();
            int length = bytes.getInt();
            int db = bytes.getInt();
            int crc32c = bytes.getInt();
            boolean whole = bytes.getInt() == check(content, at);
            if (!whole || offset != next || length < 1 || length > StreamIndex.CHUNK_BYTES) {
                return entries;
            }
            entries.add(new StreamIndex.Entry(offset, length, crc32c, boundary, db));
            next = offset + length;
        }
        return entries;
    }

    private int check(byte[] content, int at) {
        crc.reset();
        crc.update(header, HEADER_BYTES - CHECK_BYTES, CHECK_BYTES);
        crc.update(content, at, ENTRY_BYTES - CHECK_BYTES);
        return (int) crc.getValue();
    }
}
