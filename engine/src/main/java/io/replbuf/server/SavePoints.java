package io.replbuf.server;

import java.util.ArrayList;
import java.util.List;

/** Reads and writes the directive. */
final class SavePoints {
    private SavePoints() {}

    /** Pairs separated by blanks; no argument but the empty text means never. */
    static String normalize(List<String> arguments) throws ConfigException {
        String text = String.join(" ", arguments).strip();
        StringBuilder normal = new StringBuilder();
        for (SavePoint point : parse(text)) {
            normal.append(normal.isEmpty() ? "" : " ")
                    .append(point.seconds())
                    .append(' ')
                    .append(point.changes());
        }
        return normal.toString();
    }

    static List<SavePoint> parse(String text) throws ConfigException {
        if (text.isBlank()) {
            return List.of();
        }
        String[] words = text.strip().split("\\s+");
        if (words.length % 2 != 0) {
            throw new ConfigException("Invalid save parameters");
        }
        List<SavePoint> points = new ArrayList<>();
        for (int i = 0; i < words.length; i += 2) {
            try {
                long seconds = Long.parseLong(words[i]);
                int changes = Integer.parseInt(words[i + 1]);
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
