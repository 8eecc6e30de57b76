package io.tidemark.server;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.log.Position;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.control.LogOffsets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** JSON as the HTTP interface reads and writes it. */
final class Json {
  static final String CONTENT_TYPE = "application/json";

  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads one JSON value.
   *
   * @param firstLine the line that the text begins on, for the error
   * @throws Problem that names the line and the column of what is wrong
   */
  static JsonNode parse(byte[] bytes, int firstLine) {
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node == null || node.isMissingNode()) {
        throw Problem.invalid("expected JSON, got nothing");
      }
      return node;
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      int line = location == null ? firstLine : location.getLineNr() + firstLine - 1;
      int column = location == null ? 1 : location.getColumnNr();
      throw new Problem(
          ErrorCode.INVALID_REQUEST,
          400,
          "not JSON, line %d, column %d: %s".formatted(line, column, e.getOriginalMessage()),
          MAPPER.createObjectNode().put("line", line).put("column", column));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JSON object; refuses members that are not known, since they are likely misspelt. */
  static ObjectNode object(JsonNode node, String what, String... members) {
    if (!(node instanceof ObjectNode object)) {
      throw Problem.invalid(what + " is a JSON object, got " + kind(node));
    }
    List<String> known = Arrays.asList(members);
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw Problem.invalid(
            what + " has no member '" + name + "'; it may have " + String.join(", ", known));
      }
    }
    return object;
  }

  /** What kind of JSON value that is, for messages. */
  static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT, POJO -> "an object";
      case STRING, BINARY -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case NULL, MISSING -> "nothing";
    };
  }

  /** A position as {@code {"log": [offset, …]}}. */
  static ObjectNode position(Position position) {
    ObjectNode node = MAPPER.createObjectNode();
    for (LogOffsets log : position.toRecords()) {
      var offsets = node.putArray(log.getLog());
      log.getOffsets().forEach(offsets::add);
    }
    return node;
  }
}
