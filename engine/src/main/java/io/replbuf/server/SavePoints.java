package io.replbuf.server;

import java.util.ArrayList;
import java.util.List;

/** Reads and writes the directive. */
final class SavePoints {
    private SavePoints() {}

    /** In normal spelling, with single blanks. */
    static String normalize(List<String> words) throws ConfigException {
        StringBuilder normal = new StringBuilder();
        for (SavePoint point : parse(words)) {
            normal.append(normal.isEmpty() ? "" : " ")
                    .append(point.seconds())
                    .append(' ')
                    .append(point.changes());
        }
        return normal.toString();
    }

    /** Pairs of seconds and changes; no word but the empty one means never. */
    static List<SavePoint> parse(List<String> words) throws ConfigException {
        if (words.equals(List.of(""))) {
            return List.of();
        }
        if (words.size() % 2 != 0) {
            throw new ConfigException("Invalid save parameters");
        }
        List<SavePoint> points = new ArrayList<>();
        for (int i = 0; i < words.size(); i += 2) {
            try {
                long seconds = Long.parseLong(words.get(i));
                int changes = Integer.parseInt(words.get(i + 1));
                if (seconds < 1 || changes < 0) {
                    throw new ConfigException("Invalid save parameters");
                }
                points.add(new SavePoint(seconds, changes));
            } catch (NumberFormatException e) {
                throw new ConfigException("Invalid save parameters");
            }
        }
        return points;
    }
}
