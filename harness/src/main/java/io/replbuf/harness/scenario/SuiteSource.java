package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A suite as its file states it: scenarios by name, with settings that replace theirs.
 *
 * @param name lower-case letters, digits and dashes
 * @param description one line
 * @param stamp how much the results may claim
 * @param set settings for all scenarios, by path
 * @param scenarios in the order in which they run
 */
public record SuiteSource(
        String name,
        String description,
        String stamp,
        Map<String, JsonNode> set,
        List<Entry> scenarios) {
    public SuiteSource {
        Check.name("name", name);
        Check.present("description", description);
        Check.present("stamp", stamp);
        set = Check.map(set);
        scenarios = Check.list("scenarios", scenarios, 1, 1_000);
    }

    static SuiteSource parse(String file, String text) {
        return YamlDocument.parse(file, text).bind(SuiteSource.class);
    }

    /** The scenarios with all settings in place; the entry's win over the suite's. */
    public List<ScenarioSource> resolve() {
        return scenarios.stream()
                .map(
                        entry ->
                                ScenarioLibrary.scenario(entry.scenario())
                                        .with(set)
                                        .with(entry.set()))
                .toList();
    }

    /** The cells of this suite. */
    public Plan compile() {
        return Compiler.compile(name, stamp, resolve());
    }

    /**
     * One scenario of a suite; in the file its name alone, or the name and settings.
     *
     * @param scenario its name in the library
     * @param set settings by path
     */
    public record Entry(String scenario, Map<String, JsonNode> set) {
        @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
        public Entry(
                @JsonProperty("scenario") String scenario,
                @JsonProperty("set") Map<String, JsonNode> set) {
            this.scenario = Check.name("scenario", scenario);
            this.set = Check.map(set);
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Entry of(String scenario) {
            return new Entry(scenario, Map.of());
        }
    }
}
