package io.tidemark.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes.Decimal;
import org.apache.avro.Schema;

/** Words for what does not fit. */
final class Mismatch {
  private static final int MAX_QUOTED_CHARACTERS = 60;

  private Mismatch() {}

  /** "value.delay: expected int, got string "x"". */
  static TidemarkException at(Path path, Schema expected, JsonNode got) {
    return at(path, "expected " + name(expected) + ", got " + name(got));
  }

  /** The same with what is wrong about it: "…, which is out of range". */
  static TidemarkException at(Path path, Schema expected, JsonNode got, String why) {
    return at(path, "expected " + name(expected) + ", got " + name(got) + ", which " + why);
  }

  static TidemarkException at(Path path, String what) {
    return new TidemarkException(ErrorCode.SCHEMA_MISMATCH, path + ": " + what);
  }

  static String name(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    if (logical instanceof Decimal decimal) {
      return "decimal(" + decimal.getPrecision() + ", " + decimal.getScale() + ")";
    }
    if (logical != null) {
      return logical.getName();
    }
    return switch (schema.getType()) {
      case RECORD -> "an object (" + schema.getFullName() + ")";
      case MAP -> "an object (map of " + name(schema.getValueType()) + ")";
      case ARRAY -> "an array of " + name(schema.getElementType());
      case ENUM -> "one of " + String.join(", ", schema.getEnumSymbols());
      case FIXED -> "base64 of " + schema.getFixedSize() + " bytes";
      case BYTES -> "bytes as base64";
      case UNION ->
          schema.getTypes().stream().map(Mismatch::name).collect(Collectors.joining(" or "));
      case STRING, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> schema.getType().getName();
    };
  }

  private static String name(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "string " + quoted(node.textValue());
      case NUMBER -> "number " + shortened(node.asText());
      case BOOLEAN -> node.asText();
      case NULL -> "null";
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case BINARY, POJO, MISSING -> "nothing";
    };
  }

  static String quoted(String text) {
    return '"' + shortened(text) + '"';
  }

  private static String shortened(String text) {
    return text.length() <= MAX_QUOTED_CHARACTERS
        ? text
        : text.substring(0, MAX_QUOTED_CHARACTERS) + "…";
  }
}
