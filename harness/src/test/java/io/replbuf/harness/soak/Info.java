package io.replbuf.harness.soak;

import java.util.Map;
import java.util.TreeMap;
import redis.clients.jedis.Jedis;

/** Reads what servers say of themselves. */
final class Info {
    private Info() {}

    /** Null if it is absent. */
    static String field(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse(null);
    }

    static long number(String info, String name) {
        String value = field(info, name);
        if (value == null) {
            throw new IllegalStateException("INFO has no " + name);
        }
        return Long.parseLong(value);
    }

    /** {@code a=1,b=2}. */
    static Map<String, Long> counts(String value) {
        Map<String, Long> counts = new TreeMap<>();
        for (String part : value.split(",")) {
            counts.put(
                    part.substring(0, part.indexOf('=')),
                    Long.valueOf(part.substring(part.indexOf('=') + 1)));
        }
        return counts;
    }

    static String digest(Jedis jedis) {
        return new String((byte[]) jedis.sendCommand(() -> "DEBUG".getBytes(), "DIGEST"));
    }
}
