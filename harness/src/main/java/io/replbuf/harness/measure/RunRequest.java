package io.replbuf.harness.measure;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run was asked for: enough to ask for it again.
 *
 * @param suite name of the suite, null if scenarios were named instead
 * @param scenarios files or names in the order given; none for a suite
 * @param settings values by path, as text, in the order given
 * @param strategyPath jars and folders with strategies that are not ours, as given
 */
public record RunRequest(
        String suite,
        List<String> scenarios,
        Map<String, String> settings,
        List<String> strategyPath) {
    public RunRequest {
        scenarios = List.copyOf(scenarios);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        strategyPath = List.copyOf(strategyPath);
    }

    /** The words that ask for it, without a folder, since a repetition has its own. */
    public String command() {
        StringBuilder words = new StringBuilder("replbuf run");
        scenarios.forEach(scenario -> words.append(' ').append(quoted(scenario)));
        if (suite != null) {
            words.append(" --suite ").append(suite);
        }
        settings.forEach(
                (path, value) -> words.append(" --set ").append(quoted(path + "=" + value)));
        strategyPath.forEach(place -> words.append(" --strategy-path ").append(quoted(place)));
        return words.toString();
    }

    /** As a shell takes it for one word. */
    public static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./=:@%+,-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
