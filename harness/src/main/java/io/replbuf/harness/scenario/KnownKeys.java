package io.replbuf.harness.scenario;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for keys that the model does not know, before anything is bound: a misspelt required key should be reported as the typo
 * that it is, and not as the absence of the right one.
 */
final class KnownKeys {
    private final ObjectMapper mapper;

    KnownKeys(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * An unknown key.
     *
     * @param path of the key, in dots
     * @param key its last step
     * @param known what could stand there, sorted
     */
    record Unknown(String path, String key, List<String> known) {}

    /** The first unknown key in the order of the tree, or null. Types that read a form of their own mind their own keys. */
    Unknown firstUnknown(JsonNode tree, Class<?> type) {
        return firstUnknown("", tree, mapper.constructType(type));
    }

    private Unknown firstUnknown(String path, JsonNode node, JavaType type) {
        Unknown found = null;
        if (node.isArray() && type.isCollectionLikeType()) {
            for (int i = 0; i < node.size() && found == null; i++) {
                found =
                        firstUnknown(
                                join(path, Integer.toString(i)),
                                node.get(i),
                                type.getContentType());
            }
        } else if (node.isObject() && type.isMapLikeType()) {
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                found =
                        found != null
                                ? found
                                : firstUnknown(
                                        join(path, entry.getKey()),
                                        entry.getValue(),
                                        type.getContentType());
            }
        } else if (node.isObject() && isPlainRecord(type)) {
            Map<String, JavaType> known = properties(type);
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                String key = entry.getKey();
                String keyPath = join(path, key);
                if (!known.containsKey(key)) {
                    return new Unknown(keyPath, key, List.copyOf(known.keySet()));
                }
                found =
                        found != null
                                ? found
                                : firstUnknown(keyPath, entry.getValue(), known.get(key));
            }
        }
        return found;
    }

    private static boolean isPlainRecord(JavaType type) {
        return type.getRawClass().isRecord()
                && !type.getRawClass().isAnnotationPresent(JsonDeserialize.class);
    }

    private Map<String, JavaType> properties(JavaType type) {
        Map<String, JavaType> properties = new TreeMap<>();
        for (BeanPropertyDefinition property :
                mapper.getDeserializationConfig().introspect(type).findProperties()) {
            properties.put(property.getName(), property.getPrimaryType());
        }
        return properties;
    }

    private static String join(String path, String step) {
        return path.isEmpty() ? step : path + "." + step;
    }
}
