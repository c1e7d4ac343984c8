package io.replbuf.server;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Values that this server only keeps and shows, or refuses: checked and spelled as Redis does, so that a wrong one is noticed here, too. Stateless. */
final class InertValues {
    /** Classes of events in the order in which Redis prints them; {@code A} stands for these. */
    private static final String EVENTS_OF_ALL = "g$lshzxetd";

    /** Not one of all, and not printed beside {@code A}. */
    private static final String NEW_KEYS = "n";

    private static final String EVENTS_BESIDE = "KEm";

    private static final int SCORES = 3;
    private static final int SCORE_MAX = 2000;
    private static final double PERCENTILE_MAX = 100;
    private static final int PERCENT_MAX = 100;
    private static final int PORT_MAX = 65535;

    private static final Set<String> TITLE_VARIABLES =
            Set.of(
                    "title",
                    "listen-addr",
                    "server-mode",
                    "config-file",
                    "port",
                    "tls-port",
                    "unixsocket");

    private InertValues() {}

    /** {@code notify-keyspace-events}. */
    static String events(String classes) throws ConfigException {
        for (char c : classes.toCharArray()) {
            if (("A" + EVENTS_OF_ALL + NEW_KEYS + EVENTS_BESIDE).indexOf(c) < 0) {
                throw new ConfigException("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
            }
        }
        String all = present(EVENTS_OF_ALL, classes);
        boolean complete = classes.indexOf('A') >= 0 || all.equals(EVENTS_OF_ALL);
        return (complete ? "A" : all + present(NEW_KEYS, classes))
                + present(EVENTS_BESIDE, classes);
    }

    private static String present(String order, String classes) {
        StringBuilder found = new StringBuilder();
        order.chars().filter(c -> classes.indexOf(c) >= 0).forEach(c -> found.append((char) c));
        return found.toString();
    }

    /** {@code replicaof}: host and port; the empty text is {@code no one}. */
    static String primary(List<String> words) throws ConfigException {
        if (words.equals(List.of(""))) {
            return "";
        }
        if (words.size() != 2) {
            throw new ConfigException("wrong number of arguments");
        }
        if (words.get(0).equalsIgnoreCase("no") && words.get(1).equalsIgnoreCase("one")) {
            return "";
        }
        if (!words.get(1).matches("\\d{1,5}") || Integer.parseInt(words.get(1)) > PORT_MAX) {
            throw new ConfigException("Invalid master port");
        }
        return String.join(" ", words);
    }

    /** {@code maxmemory-clients}: bytes, or so many hundredths of maxmemory. */
    static String share(String value) throws ConfigException {
        if (value.matches("\\d{1,18}%")) {
            if (Long.parseLong(value.substring(0, value.length() - 1)) > PERCENT_MAX) {
                throw new ConfigException("percentage argument must be less or equal to 100");
            }
            return value;
        }
        long bytes = MemorySize.parse(value);
        if (bytes < 0) {
            throw new ConfigException("argument must be a memory or percent value");
        }
        return Long.toString(bytes);
    }

    /** {@code oom-score-adj-values}: for a primary, a replica and a child. */
    static String scores(List<String> words) throws ConfigException {
        if (words.size() != SCORES) {
            throw new ConfigException("wrong number of arguments");
        }
        StringBuilder normal = new StringBuilder();
        for (String word : words) {
            int score;
            try {
                score = Integer.parseInt(word);
            } catch (NumberFormatException e) {
                score = Integer.MAX_VALUE;
            }
            if (Math.abs((long) score) > SCORE_MAX) {
                throw new ConfigException(
                        "Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
            }
            normal.append(normal.isEmpty() ? "" : " ").append(score);
        }
        return normal.toString();
    }

    /** {@code latency-tracking-info-percentiles}; the empty text is none. */
    static String percentiles(List<String> words) throws ConfigException {
        if (words.equals(List.of(""))) {
            return "";
        }
        StringBuilder normal = new StringBuilder();
        for (String word : words) {
            double percentile = percentile(word);
            if (!(percentile >= 0 && percentile <= PERCENTILE_MAX)) {
                throw new ConfigException(
                        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
            }
            normal.append(normal.isEmpty() ? "" : " ")
                    .append(
                            String.format(Locale.ROOT, "%f", percentile)
                                    .replaceFirst("\\.?0+$", ""));
        }
        return normal.toString();
    }

    private static double percentile(String word) throws ConfigException {
        if (!word.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
            throw new ConfigException("Invalid latency-tracking-info-percentiles parameters");
        }
        return Double.parseDouble(word);
    }

    /** {@code proc-title-template}: text with variables in braces; two braces that open are one of the text. */
    static String title(String template) throws ConfigException {
        int from = 0;
        while (true) {
            int open = template.indexOf('{', from);
            if (open < 0) {
                break;
            }
            if (template.startsWith("{{", open)) {
                from = open + 2;
                continue;
            }
            int close = template.indexOf('}', open);
            if (close < 0 || !TITLE_VARIABLES.contains(template.substring(open + 1, close))) {
                throw badTitle();
            }
            from = close + 1;
        }
        if (template.isEmpty()) {
            throw badTitle();
        }
        return template;
    }

    private static ConfigException badTitle() {
        return new ConfigException("template format is invalid or contains unknown variables");
    }
}
