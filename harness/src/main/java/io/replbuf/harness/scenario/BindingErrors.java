package io.replbuf.harness.scenario;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Says in our words what Jackson found wrong: path, value, expectation, nearest known word. */
final class BindingErrors {
    /** How our own checks begin: with the key that is wrong, as seen from the value that they check. */
    private static final Pattern KEY_FIRST =
            Pattern.compile("([A-Za-z0-9._-]+): (.*)", Pattern.DOTALL);

    private BindingErrors() {}

    /**
     * What is wrong, and where.
     *
     * @param path in dots, list elements by index
     * @param message value and expectation
     */
    record Finding(String path, String message) {}

    static Finding unknown(KnownKeys.Unknown unknown) {
        return new Finding(
                unknown.path(),
                "unknown key (expected: one of "
                        + unknown.known()
                        + ")"
                        + Nearest.hint(unknown.key(), unknown.known()));
    }

    static Finding of(JsonMappingException wrong) {
        String path =
                wrong.getPath().stream()
                        .map(
                                step ->
                                        step.getFieldName() == null
                                                ? Integer.toString(step.getIndex())
                                                : step.getFieldName())
                        .collect(Collectors.joining("."));
        if (wrong instanceof InvalidFormatException format) {
            return new Finding(path, format(format));
        }
        if (wrong.getCause() instanceof IllegalArgumentException ours) {
            return ours(path, ours.getMessage());
        }
        if (wrong instanceof MismatchedInputException mismatch) {
            String message = mismatch.getOriginalMessage();
            return message.contains("(expected: ")
                    ? ours(path, message)
                    : new Finding(
                            path,
                            "wrong kind of value (expected: "
                                    + kind(mismatch.getTargetType())
                                    + ")");
        }
        return new Finding(path, wrong.getOriginalMessage());
    }

    /** Joins the path of the value with the key that our check names, unless the one ends where the other begins. */
    private static Finding ours(String path, String message) {
        Matcher keyed = KEY_FIRST.matcher(message);
        if (!keyed.matches()) {
            return new Finding(path, message);
        }
        String key = keyed.group(1);
        String last = path.substring(path.lastIndexOf('.') + 1);
        String parent = path.substring(0, path.length() - last.length());
        boolean same = key.equals(last) || key.startsWith(last + ".");
        String full = path.isEmpty() ? key : same ? parent + key : path + "." + key;
        return new Finding(full, keyed.group(2));
    }

    private static String format(InvalidFormatException wrong) {
        Class<?> type = wrong.getTargetType();
        String value = String.valueOf(wrong.getValue());
        if (type != null && type.isEnum()) {
            List<String> words =
                    Arrays.stream(type.getEnumConstants()).map(BindingErrors::word).toList();
            return value + " (expected: one of " + words + ")" + Nearest.hint(value, words);
        }
        return value + " (expected: " + kind(type) + ")";
    }

    private static String word(Object constant) {
        String name = ((Enum<?>) constant).name();
        try {
            JsonProperty property =
                    ((Enum<?>) constant)
                            .getDeclaringClass()
                            .getField(name)
                            .getAnnotation(JsonProperty.class);
            return property == null ? name.toLowerCase(Locale.ROOT) : property.value();
        } catch (NoSuchFieldException impossible) {
            throw new IllegalStateException("enum constant without a field: " + name, impossible);
        }
    }

    private static String kind(Class<?> type) {
        if (type == null) {
            return "another kind";
        } else if (type == Integer.class
                || type == int.class
                || type == Long.class
                || type == long.class) {
            return "a whole number";
        } else if (type == Boolean.class) {
            return "true or false";
        } else if (type == String.class) {
            return "text";
        } else if (List.class.isAssignableFrom(type)) {
            return "a list";
        }
        return "keys and values";
    }
}
