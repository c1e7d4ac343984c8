package io.replbuf.server;

import io.replbuf.buffer.LimitConfig;
import java.util.List;
import java.util.Locale;

/**
 * {@code client-output-buffer-limit}: how much output each class of clients may leave unread.
 *
 * @param normal ordinary clients
 * @param replica replicas, called {@code slave} in the directive's normal spelling
 * @param pubsub kept for CONFIG GET alone: there is no pub/sub yet
 */
record ClientLimits(LimitConfig normal, LimitConfig replica, LimitConfig pubsub) {

    /** Reads the normal spelling, which has all three classes. */
    static ClientLimits parse(String normalSpelling) {
        String[] words = normalSpelling.split(" ");
        return new ClientLimits(limit(words, 1), limit(words, 5), limit(words, 9));
    }

    /** Overlays the classes in {@code arguments} (groups of four words) on {@code current}. */
    static String normalize(List<String> arguments, String current) throws ConfigException {
        String[] words = String.join(" ", arguments).strip().split("\\s+");
        if (words.length % 4 != 0) {
            throw new ConfigException("Wrong number of arguments in buffer limit configuration.");
        }
        ClientLimits limits = parse(current);
        for (int i = 0; i < words.length; i += 4) {
            LimitConfig limit = checked(words, i);
            limits =
                    switch (words[i].toLowerCase(Locale.ROOT)) {
                        case "normal" -> new ClientLimits(limit, limits.replica, limits.pubsub);
                        case "slave", "replica" ->
                                new ClientLimits(limits.normal, limit, limits.pubsub);
                        case "pubsub" -> new ClientLimits(limits.normal, limits.replica, limit);
                        default ->
                                throw new ConfigException(
                                        "Invalid client class specified in buffer limit configuration.");
                    };
        }
        return limits.toString();
    }

    @Override
    public String toString() {
        return "normal " + text(normal) + " slave " + text(replica) + " pubsub " + text(pubsub);
    }

    private static LimitConfig checked(String[] words, int i) throws ConfigException {
        long hard = MemorySize.parse(words[i + 1]);
        long soft = MemorySize.parse(words[i + 2]);
        int seconds;
        try {
            seconds = Integer.parseInt(words[i + 3]);
        } catch (NumberFormatException e) {
            seconds = -1;
        }
        if (hard < 0 || soft < 0 || seconds < 0) {
            throw new ConfigException(
                    "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
        }
        return new LimitConfig(hard, soft, seconds);
    }

    private static LimitConfig limit(String[] words, int at) {
        return new LimitConfig(
                Long.parseLong(words[at]),
                Long.parseLong(words[at + 1]),
                Integer.parseInt(words[at + 2]));
    }

    private static String text(LimitConfig limit) {
        return limit.hardBytes() + " " + limit.softBytes() + " " + limit.softSeconds();
    }
}
