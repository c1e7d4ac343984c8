package io.replbuf.harness.report;

/**
 * Shortens the path data of an SVG: absolute coordinates become steps from the last point, in hundredths of a pixel.
 *
 * <p>Steps are taken between rounded points, so errors do not add up. Knows M, L, Q, C and Z, which is what Java's shapes have;
 * anything else is left as it stands.
 */
final class PathData {
    private final String path;
    private final StringBuilder out;
    private int at;
    private long x;
    private long y;
    private long startX;
    private long startY;

    private PathData(String path) {
        this.path = path;
        this.out = new StringBuilder(path.length() / 2);
    }

    /** The same outline in fewer characters. */
    static String shorten(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (Character.isLetter(c) && "MLQCZE".indexOf(c) < 0) {
                return path;
            }
        }
        return new PathData(path).run();
    }

    private String run() {
        while (skipTo()) {
            char command = path.charAt(at++);
            switch (command) {
                case 'M' -> move();
                case 'L' -> line();
                case 'Q' -> curve('q', 2);
                case 'C' -> curve('c', 3);
                default -> {
                    out.append('z');
                    x = startX;
                    y = startY;
                }
            }
        }
        return out.toString();
    }

    private void move() {
        x = startX = number();
        y = startY = number();
        out.append('M');
        append(x, true);
        append(y, false);
    }

    private void line() {
        long toX = number();
        long toY = number();
        if (toX == x || toY == y) {
            out.append(toX == x ? 'v' : 'h');
            append(toX == x ? toY - y : toX - x, true);
        } else {
            out.append('l');
            append(toX - x, true);
            append(toY - y, false);
        }
        x = toX;
        y = toY;
    }

    private void curve(char command, int points) {
        out.append(command);
        long toX = x;
        long toY = y;
        for (int i = 0; i < points; i++) {
            toX = number();
            toY = number();
            append(toX - x, i == 0);
            append(toY - y, false);
        }
        x = toX;
        y = toY;
    }

    /** Moves to the next command; false at the end. */
    private boolean skipTo() {
        while (at < path.length() && !Character.isLetter(path.charAt(at))) {
            at++;
        }
        return at < path.length();
    }

    /** The next number, in hundredths. */
    private long number() {
        while (path.charAt(at) == ' ' || path.charAt(at) == ',') {
            at++;
        }
        int from = at;
        while (at < path.length() && "+-.0123456789E".indexOf(path.charAt(at)) >= 0) {
            at++;
        }
        return Math.round(Double.parseDouble(path.substring(from, at)) * 100);
    }

    /** Without a leading zero and without a blank where the sign parts two numbers anyway. */
    private void append(long hundredths, boolean first) {
        if (!first && hundredths >= 0) {
            out.append(' ');
        }
        Svg.hundredths(out, hundredths);
    }
}
