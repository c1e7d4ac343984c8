package io.replbuf.snapshot;

/**
 * The numbers of the RDB format.
 *
 * <pre>
 *   "REDIS" version(4 digits)
 *   AUX name value ...                             since version 7
 *   SELECTDB n  RESIZEDB keys expires              RESIZEDB since version 7
 *   [EXPIRETIME_MS millis] [FREQ n | IDLE n] type key value ...
 *   EOF  crc64(8 bytes, little-endian)             checksum since version 5; 0: not computed
 * </pre>
 *
 * A length begins with two bits that say how it goes on: {@code 00} six bits, {@code 01} fourteen bits, {@code 10} a
 * whole byte 0x80 or 0x81 and 32 or 64 bits (big-endian), {@code 11} no length but an encoded string: an integer of 1, 2 or 4 bytes
 * (little-endian), or an LZF block. The source is Redis' {@code rdb.h}.
 */
final class RdbFormat {
    static final byte[] MAGIC = {'R', 'E', 'D', 'I', 'S'};
    static final int VERSION_DIGITS = 4;
    static final int VERSION_MIN = 1;
    static final int VERSION_MAX = 11;
    static final int VERSION_WITH_CHECKSUM = 5;
    static final int VERSION_WITH_AUX = 7;
    static final int VERSION_WITH_AOF_BASE = 10;

    static final int OP_FUNCTION2 = 0xF5;
    static final int OP_FUNCTION_PRE_GA = 0xF6;
    static final int OP_MODULE_AUX = 0xF7;
    static final int OP_IDLE = 0xF8;
    static final int OP_FREQ = 0xF9;
    static final int OP_AUX = 0xFA;
    static final int OP_RESIZE_DB = 0xFB;
    static final int OP_EXPIRE_MILLIS = 0xFC;
    static final int OP_EXPIRE_SECONDS = 0xFD;
    static final int OP_SELECT_DB = 0xFE;
    static final int OP_EOF = 0xFF;

    static final int TYPE_STRING = 0;
    static final int TYPE_MODULE = 6;
    static final int TYPE_MODULE_2 = 7;

    static final int LENGTH_6_BITS = 0;
    static final int LENGTH_14_BITS = 1;
    static final int LENGTH_ENCODED = 3;
    static final int LENGTH_32_BITS = 0x80;
    static final int LENGTH_64_BITS = 0x81;

    static final int ENCODED_INT_8 = 0xC0;
    static final int ENCODED_INT_16 = 0xC1;
    static final int ENCODED_INT_32 = 0xC2;
    static final int ENCODED_LZF = 0xC3;

    /** "-2147483648": no longer string can be an integer of 32 bits. */
    static final int INTEGER_DIGITS_MAX = 11;

    /** Redis compresses only what is longer than this. */
    static final int UNCOMPRESSED_MAX = 20;

    private static final String[] TYPES = {
        "string",
        "list",
        "set",
        "zset",
        "hash",
        "zset (2)",
        "module",
        "module (2)",
        null,
        "hash (zipmap)",
        "list (ziplist)",
        "set (intset)",
        "zset (ziplist)",
        "hash (ziplist)",
        "list (quicklist)",
        "stream (listpacks)",
        "hash (listpack)",
        "zset (listpack)",
        "list (quicklist 2)",
        "stream (listpacks 2)",
        "set (listpack)",
        "stream (listpacks 3)"
    };

    private static final String MODULE_NAME_CHARS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final int MODULE_NAME_LENGTH = 9;
    private static final int MODULE_VERSION_BITS = 10;

    private RdbFormat() {}

    /** The name of a value type, null for a number that stands for none in the versions read here. */
    static String typeName(int type) {
        return type < TYPES.length ? TYPES[type] : null;
    }

    /** The nine characters of six bits each that a module id packs above its ten bits of encoding version. */
    static String moduleName(long id) {
        StringBuilder name = new StringBuilder(MODULE_NAME_LENGTH);
        for (int i = MODULE_NAME_LENGTH - 1; i >= 0; i--) {
            name.append(
                    MODULE_NAME_CHARS.charAt((int) (id >>> (MODULE_VERSION_BITS + 6 * i)) & 63));
        }
        return name.toString();
    }
}
