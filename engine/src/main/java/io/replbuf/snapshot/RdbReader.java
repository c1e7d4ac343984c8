package io.replbuf.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * Reads one RDB of version 1 to 11 that holds strings, and checks it as it goes.
 *
 * <p>One thread, one use. Whatever the bytes are, {@link #read} ends with the file's own words or with an exception: {@link
 * RdbFormatException} for the bytes, another {@link IOException} for the channel. What the visitor was told before stays
 * told, as with Redis: the checksum stands at the end.
 */
public final class RdbReader {
    private final RdbInput in;
    private final RdbStrings strings;
    private final RdbLimits limits;
    private final AuxFields aux = new AuxFields();
    private int version;
    private int db;
    private long expireAtMillis = -1;

    /**
     * @param source must block. It is read ahead of the RDB's end by up to the reader's buffer, see {@link #readAhead}, and
     *     not closed.
     */
    public RdbReader(ReadableByteChannel source, RdbLimits limits) {
        this.in = new RdbInput(source);
        this.limits = limits;
        this.strings = new RdbStrings(in, limits.stringBytesMax());
    }

    public RdbReader(InputStream source, RdbLimits limits) {
        this(Channels.newChannel(source), limits);
    }

    /** Bytes consumed: after {@link #read} the RDB's length. */
    public long offset() {
        return in.offset();
    }

    /** Bytes after the RDB's end that were taken from the channel with it (an AOF may follow). */
    public ByteBuffer readAhead() {
        return in.readAhead();
    }

    /** Reads the RDB to its end; the visitor's exceptions pass through. */
    public RdbAux read(RdbVisitor visitor) throws IOException {
        while (!readSome(visitor, () -> false)) {
            // Never asked to pause.
        }
        return aux();
    }

    /**
     * Goes on reading where the last call paused.
     *
     * @param pause asked behind each key and each of the file's other parts, so that a pause is never within a value
     * @return whether the RDB is at its end, so that {@link #aux} is all that it says of itself
     */
    boolean readSome(RdbVisitor visitor, BooleanSupplier pause) throws IOException {
        if (version == 0) {
            readHeader();
        }
        do {
            long offset = in.offset();
            int code = in.readByte("type or opcode");
            switch (code) {
                case RdbFormat.OP_EOF -> {
                    readChecksum();
                    return true;
                }
                case RdbFormat.OP_SELECT_DB -> readSelectDb();
                case RdbFormat.OP_RESIZE_DB -> readSizes(visitor, offset);
                case RdbFormat.OP_EXPIRE_MILLIS ->
                        expireAtMillis = expiry(offset, in.readLongLittle("expiry"));
                case RdbFormat.OP_EXPIRE_SECONDS ->
                        expireAtMillis = expiry(offset, in.readIntLittle("expiry") * 1000L);
                case RdbFormat.OP_FREQ -> in.readByte("access frequency");
                case RdbFormat.OP_IDLE -> strings.readLength("idle time", Long.MAX_VALUE);
                case RdbFormat.OP_AUX -> readAux(offset);
                case RdbFormat.OP_MODULE_AUX -> throw moduleData(offset);
                case RdbFormat.OP_FUNCTION2 -> throw functionLibrary(offset);
                case RdbFormat.OP_FUNCTION_PRE_GA ->
                        throw new RdbFormatException(
                                offset,
                                "opcode",
                                "function of a 7.0 release candidate",
                                "strings, the one kind of value that this engine holds");
                default -> readKey(visitor, code, offset);
            }
        } while (!pause.getAsBoolean());
        return false;
    }

    /** What the RDB has said of itself so far. */
    RdbAux aux() {
        return aux.toAux();
    }

    private void readHeader() throws IOException {
        byte[] header = new byte[RdbFormat.MAGIC.length + RdbFormat.VERSION_DIGITS];
        in.readBytes(header, 0, header.length, header.length, "signature and version");
        for (int i = 0; i < RdbFormat.MAGIC.length; i++) {
            if (header[i] != RdbFormat.MAGIC[i]) {
                throw new RdbFormatException(
                        0,
                        "Wrong signature trying to load DB from file",
                        Printable.of(header),
                        "REDIS and four digits");
            }
        }
        String digits =
                new String(
                        header,
                        RdbFormat.MAGIC.length,
                        RdbFormat.VERSION_DIGITS,
                        StandardCharsets.ISO_8859_1);
        version = digits.matches("[0-9]{4}") ? Integer.parseInt(digits) : -1;
        if (version < RdbFormat.VERSION_MIN || version > RdbFormat.VERSION_MAX) {
            throw new RdbFormatException(
                    RdbFormat.MAGIC.length,
                    "Can't handle RDB format version "
                            + (version < 0 ? Printable.of(digits) : version)
                            + " (expected: "
                            + RdbFormat.VERSION_MIN
                            + " to "
                            + RdbFormat.VERSION_MAX
                            + ")");
        }
    }

    private void readSelectDb() throws IOException {
        db = (int) strings.readLength("database", limits.databases() - 1L);
    }

    private void readSizes(RdbVisitor visitor, long offset) throws IOException {
        requireVersion(offset, "RESIZEDB", RdbFormat.VERSION_WITH_AUX);
        long keys = strings.readLength("number of keys", Long.MAX_VALUE);
        long expires = strings.readLength("number of expiries", Long.MAX_VALUE);
        visitor.sizes(db, keys, expires);
    }

    private void readAux(long offset) throws IOException {
        requireVersion(offset, "AUX", RdbFormat.VERSION_WITH_AUX);
        String name = strings.readText("name of an aux field");
        aux.put(offset, name, strings.readText("value of aux field " + Printable.of(name)));
    }

    private void readKey(RdbVisitor visitor, int type, long offset) throws IOException {
        String typeName = RdbFormat.typeName(type);
        if (typeName == null) {
            throw new RdbFormatException(
                    offset, "type or opcode", String.format("0x%02x", type), "one of this format");
        }
        byte[] key = strings.readOwned("key");
        if (type != RdbFormat.TYPE_STRING) {
            throw new RdbFormatException(
                    offset,
                    "key " + Printable.of(key) + " in database " + db,
                    "type " + typeName + moduleOf(type),
                    "string, the one type that this engine holds");
        }
        ByteBuffer value = strings.readShared("value");
        visitor.string(db, key, value, expireAtMillis);
        expireAtMillis = -1;
    }

    private String moduleOf(int type) throws IOException {
        if (type != RdbFormat.TYPE_MODULE && type != RdbFormat.TYPE_MODULE_2) {
            return "";
        }
        return " " + RdbFormat.moduleName(readModuleId());
    }

    /** All 64 bits are in use, and the length's own bounds would refuse a name that begins late in the alphabet. */
    private long readModuleId() throws IOException {
        return strings.readUnsigned("module id");
    }

    private RdbFormatException moduleData(long offset) throws IOException {
        return new RdbFormatException(
                offset,
                "opcode",
                "data of module " + RdbFormat.moduleName(readModuleId()),
                "no module, this engine loads none");
    }

    /** A library's first line is {@code #!<engine> name=<name>}. */
    private RdbFormatException functionLibrary(long offset) throws IOException {
        String code = strings.readText("function library");
        String firstLine = code.lines().findFirst().orElse("");
        return new RdbFormatException(
                offset,
                "opcode",
                "function library " + Printable.of(firstLine),
                "no library, this engine runs no functions");
    }

    private void readChecksum() throws IOException {
        if (version < RdbFormat.VERSION_WITH_CHECKSUM) {
            return;
        }
        long computed = in.checksum();
        long offset = in.offset();
        long stored = in.readLongLittle("checksum");
        if (stored != 0 && stored != computed) {
            throw new RdbFormatException(
                    offset,
                    "RDB CRC error: Wrong RDB checksum",
                    String.format("%016x", stored),
                    String.format("%016x", computed));
        }
    }

    private long expiry(long offset, long millis) throws RdbFormatException {
        if (millis < 0) {
            throw new RdbFormatException(offset, "expiry", millis, ">= 0");
        }
        return millis;
    }

    private void requireVersion(long offset, String opcode, int since) throws RdbFormatException {
        if (version < since) {
            throw new RdbFormatException(
                    offset, "opcode", opcode + " in version " + version, "version >= " + since);
        }
    }
}
