package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.replbuf.fault.FaultText;
import io.replbuf.resp.InlineArguments;
import io.replbuf.resp.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads a configuration as Redis does: the file that is the first argument, then {@code --name value …} pairs, which come as
 * further lines of that file.
 */
final class ConfigReader {
    private final ServerConfig config;

    /** Whether a save line was seen, in the file or among the options: the first one replaces the defaults, further ones add. */
    private boolean saveSeen;

    private ConfigReader(ServerConfig config) {
        this.config = config;
    }

    /**
     * @param arguments of the process
     * @throws ConfigException with the whole message for stderr: line, its text, the reason
     */
    static ServerConfig read(String[] arguments) throws ConfigException {
        ServerConfig config = new ServerConfig();
        List<String> lines = new ArrayList<>();
        int at = 0;
        if (arguments.length > 0 && !arguments[0].startsWith("--")) {
            Path file = Path.of(arguments[0]).toAbsolutePath();
            try {
                lines.addAll(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new ConfigException(
                        "Fatal error, can't open config file '"
                                + file
                                + "': "
                                + FaultText.reason(e));
            }
            config.file(file.toString());
            at = 1;
        }
        List<String> options = options(arguments, at);
        ConfigReader reader = new ConfigReader(config);
        // First, wherever it stands: what the strategies found there describe are directives, too.
        reader.lines(lines, 0, true);
        reader.lines(options, lines.size(), true);
        reader.lines(lines, 0, false);
        reader.lines(options, lines.size(), false);
        return config;
    }

    /**
     * Each option and its values as a line, the values quoted. What stands behind an option is its value, even if it begins with two
     * dashes; {@code --save} alone may have none, which clears it.
     */
    private static List<String> options(String[] arguments, int from) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = null;
        boolean wantsValue = false;
        for (int i = from; i < arguments.length; i++) {
            String argument = arguments[i];
            boolean dashes = argument.startsWith("--");
            if (line != null && wantsValue && dashes && line.toString().equalsIgnoreCase("save")) {
                line.append(" \"\"");
                wantsValue = false;
            }
            if (dashes && !wantsValue) {
                if (line != null) {
                    lines.add(line.toString());
                }
                line = new StringBuilder(argument.substring(2));
                // "--port 7000" in one word has its value.
                wantsValue = argument.strip().indexOf(' ') < 0;
            } else if (line == null) {
                line = new StringBuilder(argument);
            } else {
                line.append(' ').append(quoted(argument));
                wantsValue = false;
            }
        }
        if (line != null) {
            lines.add(line.toString());
        }
        return lines;
    }

    /**
     * @param before lines before these
     * @param paths whether those with {@link ServerConfig#PATH} are meant, or all others
     */
    private void lines(List<String> lines, int before, boolean paths) throws ConfigException {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            boolean path = line.toLowerCase(Locale.ROOT).matches(ServerConfig.PATH + "(\\s.*)?");
            if (line.isEmpty() || line.charAt(0) == '#' || path != paths) {
                continue;
            }
            try {
                line(line);
            } catch (ConfigException e) {
                throw new ConfigException(
                        "\n*** FATAL CONFIG FILE ERROR (Replbuf "
                                + RedisServer.VERSION
                                + ") ***\nReading the configuration file, at line "
                                + (before + i + 1)
                                + "\n>>> '"
                                + line
                                + "'\n"
                                + e.getMessage());
            }
        }
    }

    private void line(String line) throws ConfigException {
        List<String> words = words(line);
        if (words.isEmpty()) {
            return;
        }
        String name = words.get(0).toLowerCase(Locale.ROOT);
        List<String> values = words.subList(1, words.size());
        switch (name) {
            case "include", "loadmodule", "rename-command", "user", "sentinel" ->
                    throw new ConfigException(
                            name + " is part of Redis that this server does not have yet");
            case "save" -> save(values);
            default -> config.set(name, values);
        }
    }

    /** Redis' rule: the first save line replaces the defaults, later ones add, an empty one clears. */
    private void save(List<String> values) throws ConfigException {
        boolean clears = values.isEmpty() || values.equals(List.of(""));
        String before = config.text("save");
        config.set("save", clears ? List.of("") : values);
        if (saveSeen && !clears && !before.isEmpty()) {
            config.set("save", List.of(before + " " + config.text("save")));
        }
        saveSeen = true;
    }

    /** The words of a line. */
    static List<String> words(String line) throws ConfigException {
        ByteBuf bytes = Unpooled.wrappedBuffer(line.getBytes(StandardCharsets.ISO_8859_1));
        Request request = new Request();
        request.begin(bytes, 0);
        if (!InlineArguments.split(bytes, 0, bytes.writerIndex(), request)) {
            throw new ConfigException("Unbalanced quotes in configuration line");
        }
        List<String> words = new ArrayList<>();
        for (int i = 0; i < request.argc(); i++) {
            words.add(request.text(i));
        }
        return words;
    }

    private static String quoted(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
