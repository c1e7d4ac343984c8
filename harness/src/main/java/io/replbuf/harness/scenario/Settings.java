package io.replbuf.harness.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings as a command line gives them: {@code PATH=VALUE}, each path once, and each with an effect.
 *
 * <p>A setting that changes nothing is refused, because its author would take the results for something that they are not.
 */
public final class Settings {
    private static final Pattern ELEMENT = Pattern.compile("\\[([^\\[\\]]*)]");
    private static final Pattern DIRECTIVE =
            Pattern.compile("(?:strategies\\.[^.]+\\.)?engine\\.(.+)");
    private static final String MATRIX = "matrix.";

    private Settings() {}

    /** The values by path, in the order given. */
    public static Map<String, String> parse(List<String> words) {
        Map<String, String> settings = new LinkedHashMap<>();
        Map<String, String> places = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new ScenarioException(
                        "--set: " + word + " (expected: PATH=VALUE, such as workload.rate=5000/s)");
            }
            String path = word.substring(0, equals);
            String place = place(path);
            for (Map.Entry<String, String> earlier : places.entrySet()) {
                if (place.equals(earlier.getKey()) || earlier.getKey().startsWith(place + ".")) {
                    throw new ScenarioException(
                            "--set: "
                                    + path
                                    + " replaces "
                                    + earlier.getValue()
                                    + "="
                                    + settings.get(earlier.getValue())
                                    + " (expected: each setting once)");
                }
            }
            places.put(place, path);
            settings.put(path, word.substring(equals + 1));
        }
        return settings;
    }

    /** A path in dots: {@code faults[0].at} is {@code faults.0.at}. */
    static String dotted(String path) {
        return ELEMENT.matcher(path)
                .replaceAll(match -> "." + Matcher.quoteReplacement(match.group(1)));
    }

    /** Where a path leads; an axis and the setting that it varies are one place. */
    private static String place(String path) {
        String dotted = dotted(path);
        return dotted.startsWith(MATRIX) ? dotted.substring(MATRIX.length()) : dotted;
    }

    /**
     * Looks for a setting that no cell heeds.
     *
     * @throws ScenarioException names it and says why
     */
    public static void checkEffect(Map<String, String> settings, Collection<Cell> cells) {
        settings.forEach(
                (path, value) -> {
                    String reason = null;
                    for (Cell cell : cells) {
                        reason = unheeded(dotted(path), value, cell);
                        if (reason == null) {
                            break;
                        }
                    }
                    if (reason != null) {
                        throw new ScenarioException(
                                "--set: "
                                        + path
                                        + "="
                                        + value
                                        + " changes no cell (expected: "
                                        + reason
                                        + ")");
                    }
                });
    }

    /** What would have to be there for the cell to heed the setting; null if it does. */
    private static String unheeded(String path, String value, Cell cell) {
        Matcher directive = DIRECTIVE.matcher(path);
        if (directive.matches()) {
            JsonNode given = YamlDocument.value(value);
            return given.asText().equals(cell.directives().get(directive.group(1)))
                    ? null
                    : "an arm that takes this directive and has none of its own";
        } else if (path.equals("target") || path.startsWith("target.")) {
            return cell.arm().target() == null ? null : "an arm without a target of its own";
        }
        boolean closed = cell.scenario().workload().mode() == Workload.Mode.CLOSED;
        return switch (path) {
            case "workload.rate", "workload.arrival" -> closed ? "workload.mode: open" : null;
            case "workload.pipeline" -> closed ? null : "workload.mode: closed";
            default -> null;
        };
    }
}
