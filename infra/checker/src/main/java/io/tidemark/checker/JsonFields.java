package io.tidemark.checker;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidemark.log.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object, asked for by name and type. */
record JsonFields(Map<String, Object> values) {
  /** Reads the value that the parser stands on; objects become maps, arrays lists. */
  static @Nullable Object parse(JsonParser parser) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          Object value = parse(parser);
          if (value != null) {
            object.put(name, value);
          }
        }
        return object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          Object value = parse(parser);
          if (value == null) {
            throw new IllegalArgumentException("an array holds null");
          }
          array.add(value);
        }
        return array;
      }
      case VALUE_STRING -> {
        return parser.getText();
      }
      case VALUE_NUMBER_INT -> {
        return parser.getLongValue();
      }
      case VALUE_TRUE -> {
        return true;
      }
      case VALUE_FALSE -> {
        return false;
      }
      case VALUE_NULL -> {
        return null;
      }
      default -> throw new IllegalArgumentException("'" + parser.getText() + "' is unexpected");
    }
  }

  static JsonFields of(Object object) {
    if (!(object instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("'" + object + "' should be an object");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    map.forEach((name, value) -> values.put((String) name, value));
    return new JsonFields(values);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) {
    return required(name, String.class);
  }

  String text(String name, String otherwise) {
    return has(name) ? text(name) : otherwise;
  }

  long number(String name) {
    return required(name, Long.class);
  }

  long number(String name, long otherwise) {
    return has(name) ? number(name) : otherwise;
  }

  boolean flag(String name) {
    return has(name) && required(name, Boolean.class);
  }

  List<?> list(String name) {
    return has(name) ? required(name, List.class) : List.of();
  }

  <E extends Enum<E>> E constant(String name, Class<E> type) {
    String text = text(name);
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    name
                        + " is '"
                        + text
                        + "', not one of "
                        + Arrays.toString(type.getEnumConstants())));
  }

  Position position(String name) {
    if (!has(name)) {
      return Position.empty();
    }
    Position.Builder builder = Position.builder();
    JsonFields.of(required(name, Map.class))
        .values
        .forEach(
            (log, offsets) -> {
              JsonFields partitions = JsonFields.of(offsets);
              for (String partition : partitions.values.keySet()) {
                builder.advance(log, Integer.parseInt(partition), partitions.number(partition));
              }
            });
    return builder.build();
  }

  private <T> T required(String name, Class<T> type) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the field '" + name + "' is missing");
    }
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "the field '" + name + "' is '" + value + "', not a " + type.getSimpleName());
    }
    return type.cast(value);
  }
}
