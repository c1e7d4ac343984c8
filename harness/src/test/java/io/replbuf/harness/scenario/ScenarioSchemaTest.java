package io.replbuf.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema is for editors, the model for runs: a file is good for both or for neither. */
class ScenarioSchemaTest {
    private static final JsonNode SCHEMA = tree(ScenarioLibrary.schema());
    private static final JsonSchema VALIDATOR =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(SCHEMA);

    static List<String> library() {
        return ScenarioLibrary.scenarios();
    }

    @ParameterizedTest
    @MethodSource("library")
    void shouldAcceptEveryScenarioOfTheLibrary(String name) {
        assertThat(VALIDATOR.validate(ScenarioLibrary.scenario(name).tree())).isEmpty();
    }

    @Test
    void shouldNameTheSamePropertiesAsTheModel() {
        assertThat(properties("/properties")).isEqualTo(components(Scenario.class));
        assertThat(properties("/$defs/target/properties")).isEqualTo(components(Target.class));
        assertThat(properties("/$defs/arm/properties")).isEqualTo(components(Arm.class));
        assertThat(properties("/$defs/workload/properties")).isEqualTo(components(Workload.class));
        assertThat(properties("/$defs/replicas/properties")).isEqualTo(components(Replicas.class));
        assertThat(properties("/$defs/reader/properties"))
                .isEqualTo(components(Replicas.Reader.class));
        assertThat(properties("/$defs/group/properties")).isEqualTo(components(ReplicaGroup.class));
        assertThat(properties("/$defs/link/properties")).isEqualTo(components(Link.class));
        assertThat(properties("/$defs/phase/properties")).isEqualTo(components(Phase.class));
        assertThat(properties("/$defs/fault/properties")).isEqualTo(components(Fault.class));
        assertThat(properties("/$defs/probe/properties")).isEqualTo(components(Probe.class));
    }

    @Test
    void shouldNameTheSameWordsAsTheModel() {
        assertThat(words("targetKind")).isEqualTo(constants(Target.Kind.class));
        assertThat(words("mode")).isEqualTo(constants(Workload.Mode.class));
        assertThat(words("arrival")).isEqualTo(constants(Workload.Arrival.class));
        assertThat(words("phaseKind")).isEqualTo(constants(Phase.Kind.class));
        assertThat(words("verb")).isEqualTo(constants(Fault.Verb.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "workload.rate | 5000",
                "workload.rate | 5MB/s",
                "workload.valueSize | 3K",
                "workload.valueSize | 3 kib",
                "workload.keys | many",
                "workload.keys | 0",
                "workload.mode | opne",
                "workload.speed | 3",
                "replicas.count | -1",
                "replicas.count | 2.5",
                "replicas.reader | {rate: 5/s}",
                "replicas.groups | [{name: far}]",
                "replicas.groups | [{name: far, replicas: 12$}]",
                "phases.0.duration | 5",
                "phases.0.duration | 5sec",
                "phases.0.kind | warm",
                "faults | [{name: a, verb: explode}]",
                "faults | [{name: a, verb: slow-reader}]",
                "faults | [{name: a, verb: disconnect, rate: 1MB/s}]",
                "faults | [{name: a, verb: disconnect, replicas: some}]",
                "faults | [{name: a, verb: disconnect, replicas: {fixed-percent: 3}}]",
                "faults | [{name: a, verb: disconnect, every: {exponential: {median: 2s}}}]",
                "faults | [{name: a, verb: disconnect, every: {gamma: {mean: 2s}}}]",
                "faults | [{name: a, verb: disconnect, every: {pareto: {scale: 2s, shape: 0}}}]",
                "faults | [{name: a, verb: disconnect, for: []}]",
                "target | {kind: process, address: 'localhost:1'}",
                "target | {kind: redis}",
                "strategies | []",
                "strategies | [{label: a}]",
                "name | With Blanks",
                "repetitions | 0",
                "matrix | {count: [1]}",
                "matrix | {replicas.count: []}",
                "links | {lan: {rate: 5/s}}",
                "links | {lan: {jitter: 5ms}}"
            })
    void shouldRefuseWhatTheModelRefuses(String path, String value) {
        YamlDocument document = YamlDocument.parse("test", ScenarioReadingTest.MINIMAL);
        document.set(path, YamlDocument.value(value));
        assertThat(VALIDATOR.validate(document.tree()))
                .as("schema: %s=%s", path, value)
                .isNotEmpty();
        assertThatThrownBy(() -> document.bind(Scenario.class))
                .isInstanceOf(ScenarioException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "workload.rate | 0.5/s",
                "workload.valueSize | 512",
                "workload.valueSize | 1.5 KiB",
                "workload | {mode: closed, pipeline: 16}",
                "replicas.reader | {rate: 80Mbit/s, applyDelay: 1ms, receiveBuffer: 64KiB}",
                "replicas.groups | [{name: far, replicas: 20%}, {name: near, replicas: 1}]",
                "phases.0.duration | 2h",
                "faults | [{name: a, verb: slow-reader, rate: 1MB/s, replicas: one, at: 1s, for: 2s}]",
                "faults | [{name: a, verb: leave, replicas: {fixed: 2}, every: {weibull: {scale: 1s, shape: 0.7, max: 9s}}}]",
                "faults | [{name: a, verb: join, replicas: {fixed-percent: 30%}, every: {uniform: {min: 1s, max: 2s}}}]",
                "faults | [{name: a, verb: disconnect, replicas: [0, 1], for: [1s, {exponential: {mean: 2s}}]}]",
                "target | {kind: redis, command: 'redis-server --io-threads 2'}",
                "target | {kind: process, heap: 64MiB, jvmFlags: ['-XX:+UseZGC']}",
                "strategies | [shared, {label: again, strategy: shared, engine: {hz: 100}}]",
                "engine | {repl-timeout: 60, appendonly: 'no', lazy: true}",
                "matrix | {replicas.count: [1, 2], exclude: [{replicas.count: 2}]}",
                "links | {wan: {rate: 200Mbit/s, latency: 30ms}}",
                "probe | {rate: 1000/s, control: true}"
            })
    void shouldAcceptWhatTheModelAccepts(String path, String value) {
        YamlDocument document = YamlDocument.parse("test", ScenarioReadingTest.MINIMAL);
        document.set(path, YamlDocument.value(value));
        assertThat(VALIDATOR.validate(document.tree())).as("schema: %s=%s", path, value).isEmpty();
        assertThat(document.bind(Scenario.class)).isNotNull();
    }

    private static Set<String> properties(String pointer) {
        return names(SCHEMA.at(pointer).fieldNames());
    }

    private static Set<String> words(String definition) {
        Set<String> words = new TreeSet<>();
        SCHEMA.at("/$defs/" + definition + "/enum").forEach(word -> words.add(word.asText()));
        return words;
    }

    private static Set<String> names(Iterator<String> names) {
        Set<String> sorted = new TreeSet<>();
        names.forEachRemaining(sorted::add);
        return sorted;
    }

    private static Set<String> components(Class<? extends Record> type) {
        Set<String> names = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
            names.add(renamed == null ? component.getName() : renamed.value());
        }
        return names;
    }

    private static Set<String> constants(Class<? extends Enum<?>> type) {
        Set<String> words = new TreeSet<>();
        Arrays.stream(type.getFields())
                .filter(field -> field.isEnumConstant())
                .forEach(field -> words.add(field.getAnnotation(JsonProperty.class).value()));
        return words;
    }

    private static JsonNode tree(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException wrong) {
            throw new AssertionError(wrong);
        }
    }
}
