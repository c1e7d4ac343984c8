package io.replbuf.buffer;

import java.util.Collection;

/** The known name that a mistyped one most likely stands for. */
public final class NearestName {
    private NearestName() {}

    /**
     * @return the nearest of {@code names} by edit distance, null if none is near enough to be meant
     */
    public static String of(String typed, Collection<String> names) {
        String nearest = null;
        // Up to a third of the letters may be wrong; beyond that a suggestion misleads.
        int best = Math.max(2, typed.length() / 3) + 1;
        for (String name : names) {
            int distance = distance(typed, name);
            if (distance < best) {
                best = distance;
                nearest = name;
            }
        }
        return nearest;
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
