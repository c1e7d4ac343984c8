package io.replbuf.harness.run;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as redis.conf spells them: {@code 8mb} is 8 × 1024², {@code 8m} is 8,000,000. */
final class MemoryUnits {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})([a-z]*)");
    private static final Map<String, Long> UNITS =
            Map.of(
                    "",
                    1L,
                    "b",
                    1L,
                    "k",
                    1_000L,
                    "kb",
                    1L << 10,
                    "m",
                    1_000_000L,
                    "mb",
                    1L << 20,
                    "g",
                    1_000_000_000L,
                    "gb",
                    1L << 30);

    private MemoryUnits() {}

    /** Bytes, or {@code absent} for a text that is no size. */
    static long bytes(String text, long absent) {
        Matcher form = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!form.matches() || !UNITS.containsKey(form.group(2))) {
            return absent;
        }
        return Math.multiplyExact(Long.parseLong(form.group(1)), UNITS.get(form.group(2)));
    }

    /** The smallest limit for replicas in a {@code client-output-buffer-limit} directive that is not 0; 0 when there is none. */
    static long replicaOutputLimit(String directive) {
        String[] words = directive.trim().split("\\s+");
        for (int i = 0; i + 3 < words.length; i += 4) {
            if (words[i].equals("replica") || words[i].equals("slave")) {
                long hard = bytes(words[i + 1], 0);
                long soft = bytes(words[i + 2], 0);
                return hard == 0 || soft == 0 ? Math.max(hard, soft) : Math.min(hard, soft);
            }
        }
        return 0;
    }
}
