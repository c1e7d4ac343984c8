package io.replbuf.snapshot;

/** Collects auxiliary fields as they are met; unknown names are ignored, as Redis does. One thread. */
final class AuxFields {
    private String redisVer;
    private int redisBits = -1;
    private long ctime = -1;
    private long usedMem = -1;
    private int replStreamDb = -1;
    private String replId;
    private long replOffset = -1;
    private boolean aofBase;

    void put(long offset, String name, String value) throws RdbFormatException {
        switch (name) {
            case "redis-ver" -> redisVer = value;
            case "redis-bits" -> redisBits = (int) number(offset, name, value, Integer.MAX_VALUE);
            case "ctime" -> ctime = number(offset, name, value, Long.MAX_VALUE);
            case "used-mem" -> usedMem = number(offset, name, value, Long.MAX_VALUE);
            case "repl-stream-db" ->
                    replStreamDb = (int) number(offset, name, value, Integer.MAX_VALUE);
            case "repl-id" -> replId = replid(offset, name, value);
            case "repl-offset" -> replOffset = number(offset, name, value, Long.MAX_VALUE);
            case "aof-base", "aof-preamble" -> aofBase = number(offset, name, value, 1) == 1;
            default -> {
                // Other writers have further fields (lua, ...): nothing that this engine could use.
            }
        }
    }

    RdbAux toAux() {
        return new RdbAux(
                redisVer, redisBits, ctime, usedMem, replStreamDb, replId, replOffset, aofBase);
    }

    private static String replid(long offset, String name, String value) throws RdbFormatException {
        if (!value.matches("[0-9a-f]{40}")) {
            throw new RdbFormatException(
                    offset, "aux field " + name, Printable.of(value), "40 hex digits");
        }
        return value;
    }

    /** Redis writes -1 for "none", which stays -1 here. */
    private static long number(long offset, String name, String value, long max)
            throws RdbFormatException {
        try {
            long number = Long.parseLong(value);
            if (number >= -1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same answer as a number out of range.
        }
        throw new RdbFormatException(
                offset, "aux field " + name, Printable.of(value), "a number from -1 to " + max);
    }
}
