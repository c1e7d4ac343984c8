package io.replbuf.harness.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the commands that a page or a help text shows.
 *
 * <p>In a page: every line of an indented block, and inline code that begins as a command of ours or of Maven's does. In a help
 * text: every line that begins with the program's name.
 */
final class DocumentedCommands {
    private static final String JAR = "harness/target/replbuf.jar";
    private static final Set<String> OURS =
            Set.of("run", "report", "archive", "scenarios", "simulate", "jmh", "server");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern INLINE = Pattern.compile("(?s)`([^`]+)`");
    private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^\\s'\"])+");
    private static final Pattern DRAWING = Pattern.compile("[─▶]");

    private DocumentedCommands() {}

    /**
     * One command.
     *
     * @param source where it stands
     * @param words without quotes
     */
    record Shown(String source, List<String> words) {
        boolean isMaven() {
            String first = words.get(0);
            return first.equals("mvn") || first.startsWith("-D") || first.startsWith("-P");
        }

        /** The program's arguments, or null if it is another program's command. */
        List<String> arguments() {
            if (words.get(0).equals("replbuf")) {
                return words.subList(1, words.size());
            } else if (words.size() > 2
                    && words.subList(0, 3).equals(List.of("java", "-jar", JAR))) {
                return words.subList(3, words.size());
            }
            return OURS.contains(words.get(0)) ? words : null;
        }

        @Override
        public String toString() {
            return source + ": " + String.join(" ", words);
        }
    }

    static List<Shown> ofPage(Path root, String page) throws IOException {
        String text = FENCED.matcher(Files.readString(root.resolve(page))).replaceAll("");
        List<Shown> shown = new ArrayList<>();
        StringBuilder prose = new StringBuilder();
        for (String line : text.lines().toList()) {
            if (!line.startsWith("    ")) {
                prose.append(line).append('\n');
            } else if (!DRAWING.matcher(line).find() && !isContinued(line)) {
                shown.add(new Shown(page, words(line.replaceFirst("\\s#\\s.*", ""))));
            }
        }
        Matcher inline = INLINE.matcher(prose);
        while (inline.find()) {
            List<String> words = words(inline.group(1));
            if (words.isEmpty()) {
                continue;
            }
            Shown piece = new Shown(page, words);
            boolean named = words.size() > 1 && piece.arguments() != null;
            if (named || piece.isMaven() || words.get(0).equals("replbuf")) {
                shown.add(piece);
            }
        }
        return shown;
    }

    /** Of the program's help, or of one of its words'. */
    static List<Shown> ofHelp(String... words) {
        StringWriter text = new StringWriter();
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--help");
        Replbuf.run(
                all.toArray(String[]::new),
                new PrintWriter(text, true),
                new PrintWriter(text, true));
        return text.toString()
                .lines()
                .filter(line -> line.matches(" +replbuf .*"))
                .map(line -> line.strip().replaceFirst(" {3,}.*", ""))
                .map(line -> new Shown(String.join(" ", all), words(line)))
                .toList();
    }

    /** The README's drawing has a line of words only, between lines with arrows. */
    private static boolean isContinued(String line) {
        return line.contains("(keyspace, stream,") || line.contains("one thread, no locks)");
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            words.add(word.group().replaceAll("['\"]", ""));
        }
        return words;
    }
}
