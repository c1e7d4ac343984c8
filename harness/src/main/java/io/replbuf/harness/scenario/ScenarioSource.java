package io.replbuf.harness.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A scenario as it was read, whole and checked, together with its tree, so that settings can still be replaced before it is
 * compiled. Immutable: {@link #with} gives another one.
 */
public final class ScenarioSource {
    private final YamlDocument document;
    private final Scenario scenario;

    private ScenarioSource(YamlDocument document) {
        this.document = document;
        this.scenario = document.bind(Scenario.class);
    }

    /** Reads a scenario from its text; {@code name} is what errors call it. */
    public static ScenarioSource parse(String name, String text) {
        return new ScenarioSource(YamlDocument.parse(name, text));
    }

    /** Reads a scenario file. */
    public static ScenarioSource read(Path file) {
        return parse(file.toString(), text(file));
    }

    static String text(Path file) {
        try {
            if (Files.size(file) > 4L * YamlDocument.CHARS_MAX) {
                throw new ScenarioException(
                        file
                                + ": "
                                + Files.size(file)
                                + " bytes (expected: at most "
                                + 4L * YamlDocument.CHARS_MAX
                                + ")");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException missing) {
            throw new ScenarioException(
                    file + ": no such file (expected: a scenario file)", missing);
        } catch (CharacterCodingException binary) {
            throw new ScenarioException(file + ": not UTF-8 (expected: a text file)", binary);
        } catch (IOException failed) {
            throw new UncheckedIOException(file + ": cannot be read", failed);
        }
    }

    public Scenario scenario() {
        return scenario;
    }

    /** The same with settings replaced, by path; checked again as a whole. */
    public ScenarioSource with(Map<String, JsonNode> settings) {
        YamlDocument changed = document.copy();
        settings.forEach(changed::set);
        return new ScenarioSource(changed);
    }

    /** The same with settings replaced that are given as text, as {@code --set path=value} does. */
    public ScenarioSource withText(Map<String, String> settings) {
        YamlDocument changed = document.copy();
        settings.forEach((path, value) -> changed.set(path, YamlDocument.value(value)));
        return new ScenarioSource(changed);
    }

    /** One source for each point of the matrix, each without a matrix. */
    List<Point> points() {
        List<Point> points = new ArrayList<>();
        for (Map<String, JsonNode> values : scenario.matrix().points()) {
            YamlDocument changed = document.copy();
            changed.tree().remove("matrix");
            values.forEach(changed::set);
            points.add(new Point(values, new ScenarioSource(changed)));
        }
        return points;
    }

    /** A copy of the tree. */
    ObjectNode tree() {
        return document.tree().deepCopy();
    }

    /**
     * One combination of a matrix.
     *
     * @param values by path
     * @param source the scenario with these values in it
     */
    record Point(Map<String, JsonNode> values, ScenarioSource source) {}
}
