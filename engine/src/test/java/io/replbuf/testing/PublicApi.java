package io.replbuf.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A module's public API as text: each public or protected type and member of its packages, sorted, one a line.
 *
 * <p>The text is kept in {@code api.txt} beside the module's README; a test compares it with what was compiled, so that a change of
 * the API is seen in a review as a change of that file. {@code -Dreplbuf.api.update=true} writes it. Own signatures rather than
 * {@code toGenericString}, so that every JDK gives the same text.
 */
public final class PublicApi {
    private static final Path CLASSES = Path.of("target", "classes");
    private static final Path FILE = Path.of("api.txt");
    private static final Set<String> OF_EVERY_RECORD = Set.of("equals", "hashCode", "toString");
    private static final Set<String> OF_EVERY_ENUM = Set.of("values", "valueOf");

    private final List<Class<?>> types;

    private PublicApi(List<Class<?>> types) {
        this.types = types;
    }

    /** Of the module in whose folder the test runs: these packages and what is below them. */
    public static PublicApi of(String... packages) {
        List<Class<?>> types = new ArrayList<>();
        for (String name : packages) {
            try (Stream<Path> files = Files.walk(CLASSES.resolve(name.replace('.', '/')))) {
                files.map(file -> CLASSES.relativize(file).toString().replace('/', '.'))
                        .filter(file -> file.endsWith(".class"))
                        .map(file -> load(file.substring(0, file.length() - 6)))
                        .filter(PublicApi::isVisible)
                        .forEach(types::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new PublicApi(types);
    }

    /** Fails with the difference and the command that accepts it. */
    public void check() throws IOException {
        TreeMap<String, TreeSet<String>> now = text();
        if (Boolean.getBoolean("replbuf.api.update")) {
            Files.writeString(FILE, page(now));
            return;
        }
        String difference = difference(Files.exists(FILE) ? Files.readString(FILE) : "", page(now));
        if (difference.isEmpty()) {
            return;
        }
        String module = Path.of("").toAbsolutePath().getFileName().toString();
        throw new AssertionError(
                "public API differs from "
                        + FILE
                        + ":\n"
                        + difference
                        + "If that is meant: mvn -pl "
                        + module
                        + " -am test -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false"
                        + " -Dreplbuf.api.update=true");
    }

    /**
     * A strategy shows what {@link java.util.ServiceLoader} needs and no more: its public types are the providers that it names under
     * {@code META-INF/services}.
     */
    public void checkOnlyProviders() throws IOException {
        TreeSet<String> providers = new TreeSet<>();
        try (Stream<Path> files = Files.list(CLASSES.resolve(Path.of("META-INF", "services")))) {
            for (Path file : files.toList()) {
                Files.readAllLines(file).stream()
                        .map(line -> line.replaceFirst("#.*", "").strip())
                        .filter(line -> !line.isEmpty())
                        .forEach(providers::add);
            }
        }
        TreeSet<String> shown = new TreeSet<>();
        types.forEach(type -> shown.add(type.getName()));
        if (!shown.equals(providers)) {
            throw new AssertionError(
                    "public types: "
                            + shown
                            + " (expected: the providers alone, "
                            + providers
                            + ")");
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublicApi.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name + ": compiled, but not on the class path", e);
        }
    }

    /** It and what it is nested in, public or protected. */
    private static boolean isVisible(Class<?> type) {
        if (type.isAnonymousClass() || type.isLocalClass() || type.isSynthetic()) {
            return false;
        }
        for (Class<?> each = type; each != null; each = each.getDeclaringClass()) {
            if (!isVisible(each.getModifiers())) {
                return false;
            }
        }
        return !type.getSimpleName().equals("package-info");
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    /** By the type's declaration. */
    private TreeMap<String, TreeSet<String>> text() {
        TreeMap<String, TreeSet<String>> text = new TreeMap<>();
        for (Class<?> type : types) {
            TreeSet<String> members = new TreeSet<>();
            for (Field field : type.getDeclaredFields()) {
                add(members, field, field(field));
            }
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                add(members, constructor, executable(constructor, type.getSimpleName()));
            }
            for (Method method : type.getDeclaredMethods()) {
                if (!isOfItsKind(type, method)) {
                    add(members, method, method(method));
                }
            }
            text.put(declaration(type), members);
        }
        return text;
    }

    private static void add(Set<String> members, Member member, String line) {
        if (!member.isSynthetic() && isVisible(member.getModifiers())) {
            members.add(line);
        }
    }

    private static boolean isOfItsKind(Class<?> type, Method method) {
        return type.isRecord() && OF_EVERY_RECORD.contains(method.getName())
                || type.isEnum() && OF_EVERY_ENUM.contains(method.getName());
    }

    private static String page(TreeMap<String, TreeSet<String>> text) {
        StringBuilder page = new StringBuilder();
        text.forEach(
                (type, members) -> {
                    page.append(type).append('\n');
                    members.forEach(member -> page.append("    ").append(member).append('\n'));
                });
        return page.toString();
    }

    /** A line for each one that is new or gone; empty if none is. */
    static String difference(String was, String is) {
        Set<String> before = lines(was);
        Set<String> after = lines(is);
        TreeSet<String> all = new TreeSet<>(before);
        all.addAll(after);
        StringBuilder difference = new StringBuilder();
        for (String line : all) {
            if (!before.contains(line)) {
                difference.append("  + ").append(line).append('\n');
            } else if (!after.contains(line)) {
                difference.append("  - ").append(line).append('\n');
            }
        }
        return difference.toString();
    }

    /** Each member's line with its type's before it, so that the lines of two pages can be compared as sets. */
    private static Set<String> lines(String page) {
        TreeSet<String> lines = new TreeSet<>();
        String type = "";
        for (String line : page.lines().toList()) {
            if (line.startsWith(" ")) {
                lines.add(type + ' ' + line.strip());
            } else {
                type = line.substring(0, (line + " ").indexOf(' '));
                lines.add(line);
            }
        }
        return lines;
    }

    /** The name comes first, since it is what a reader looks for and what the lines are sorted by. */
    private static String declaration(Class<?> type) {
        StringBuilder line = new StringBuilder(type.getName());
        line.append(variables(type.getTypeParameters())).append(": ");
        line.append(Modifier.isProtected(type.getModifiers()) ? "protected " : "public ");
        if (type.isEnum()) {
            line.append("enum");
        } else if (type.isRecord()) {
            line.append("record(")
                    .append(
                            Arrays.stream(type.getRecordComponents())
                                    .map(
                                            component ->
                                                    name(component.getGenericType())
                                                            + ' '
                                                            + component.getName())
                                    .collect(Collectors.joining(", ")))
                    .append(')');
        } else if (type.isAnnotation()) {
            line.append("@interface");
        } else if (type.isInterface()) {
            line.append("interface");
        } else {
            int modifiers = type.getModifiers();
            line.append(Modifier.isAbstract(modifiers) ? "abstract " : "")
                    .append(Modifier.isFinal(modifiers) ? "final " : "")
                    .append("class");
            if (type.getSuperclass() != Object.class) {
                line.append(" extends ").append(name(type.getGenericSuperclass()));
            }
        }
        if (type.getInterfaces().length > 0) {
            line.append(type.isInterface() ? " extends " : " implements ")
                    .append(names(type.getGenericInterfaces()));
        }
        return line.toString();
    }

    private static String field(Field field) {
        if (field.isEnumConstant()) {
            return field.getName();
        }
        String line =
                modifiers(field.getModifiers())
                        + name(field.getGenericType())
                        + ' '
                        + field.getName();
        int constant = Modifier.STATIC | Modifier.FINAL;
        boolean inlined = field.getType().isPrimitive() || field.getType() == String.class;
        if ((field.getModifiers() & constant) != constant
                || !inlined
                || !Modifier.isPublic(field.getModifiers())) {
            return line;
        }
        try {
            // Compilers copy it into the callers' classes, so it is a part of the signature.
            return line + " = " + field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static String method(Method method) {
        return (method.isDefault() ? "default " : "")
                + executable(method, name(method.getGenericReturnType()) + ' ' + method.getName());
    }

    private static String executable(Executable executable, String name) {
        String variables = variables(executable.getTypeParameters());
        String line =
                modifiers(executable.getModifiers())
                        + variables
                        + (variables.isEmpty() ? "" : " ")
                        + name
                        + '('
                        + names(executable.getGenericParameterTypes())
                        + (executable.isVarArgs() ? "..." : "")
                        + ')';
        Type[] thrown = executable.getGenericExceptionTypes();
        return thrown.length == 0 ? line : line + " throws " + names(thrown);
    }

    private static String modifiers(int modifiers) {
        return (Modifier.isProtected(modifiers) ? "protected " : "public ")
                + (Modifier.isStatic(modifiers) ? "static " : "")
                + (Modifier.isAbstract(modifiers) ? "abstract " : "")
                + (Modifier.isFinal(modifiers) ? "final " : "");
    }

    private static String variables(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Arrays.stream(variables)
                        .map(
                                variable ->
                                        variable.getName()
                                                + " extends "
                                                + names(variable.getBounds()))
                        .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String names(Type[] types) {
        return Arrays.stream(types).map(PublicApi::name).collect(Collectors.joining(", "));
    }

    private static String name(Type type) {
        return type.getTypeName().replace("java.lang.", "");
    }
}
