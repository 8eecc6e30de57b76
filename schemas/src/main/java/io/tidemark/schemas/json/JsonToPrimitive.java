package io.tidemark.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.Base64;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes.Decimal;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/** The types without parts, for {@link JsonToAvro}. */
final class JsonToPrimitive {
  private static final String OUT_OF_RANGE = "is out of range";
  private static final int UUID_BYTES = 16;

  private JsonToPrimitive() {}

  static Object convert(Schema schema, JsonNode json, Path path) {
    return switch (schema.getType()) {
      case BOOLEAN -> {
        if (!json.isBoolean()) {
          throw Mismatch.at(path, schema, json);
        }
        yield json.booleanValue();
      }
      case INT -> (int) whole(schema, json, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case LONG -> whole(schema, json, path, Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> single(schema, json, path);
      case DOUBLE -> floating(schema, json, path);
      case STRING -> text(schema, json, path);
      case ENUM -> symbol(schema, json, path);
      case BYTES -> ByteBuffer.wrap(bytes(schema, json, path));
      case FIXED -> new GenericData.Fixed(schema, fixed(schema, json, path));
      case NULL, RECORD, ARRAY, MAP, UNION ->
          throw new IllegalArgumentException(schema.getType() + " has parts");
    };
  }

  private static long whole(Schema schema, JsonNode json, Path path, long min, long max) {
    TextualType textual = TextualType.of(schema);
    if (textual != null && json.isTextual()) {
      return textual(textual, schema, json, path);
    }
    if (!json.isIntegralNumber()) {
      throw Mismatch.at(path, schema, json);
    }
    if (!json.canConvertToLong() || json.longValue() < min || json.longValue() > max) {
      throw Mismatch.at(path, schema, json, OUT_OF_RANGE);
    }
    return json.longValue();
  }

  private static long textual(TextualType type, Schema schema, JsonNode json, Path path) {
    try {
      return type.parse(json.textValue());
    } catch (DateTimeException e) {
      throw Mismatch.at(path, schema, json, "is not in ISO-8601");
    } catch (ArithmeticException e) {
      throw Mismatch.at(path, schema, json, "is out of range or too fine");
    }
  }

  /** JSON has no number for these, so they come as text. */
  static boolean isSpecialNumber(JsonNode json) {
    String text = json.textValue();
    return "NaN".equals(text) || "Infinity".equals(text) || "-Infinity".equals(text);
  }

  private static double floating(Schema schema, JsonNode json, Path path) {
    if (isSpecialNumber(json)) {
      return Double.parseDouble(json.textValue());
    }
    if (!json.isNumber()) {
      throw Mismatch.at(path, schema, json);
    }
    double value = json.doubleValue();
    if (Double.isInfinite(value)) {
      throw Mismatch.at(path, schema, json, OUT_OF_RANGE);
    }
    return value;
  }

  private static float single(Schema schema, JsonNode json, Path path) {
    double value = floating(schema, json, path);
    float single = (float) value;
    if (Float.isInfinite(single) && !Double.isInfinite(value)) {
      throw Mismatch.at(path, schema, json, OUT_OF_RANGE);
    }
    return single;
  }

  private static String text(Schema schema, JsonNode json, Path path) {
    if (!json.isTextual()) {
      throw Mismatch.at(path, schema, json);
    }
    if (isUuid(schema)) {
      uuid(schema, json, path);
    }
    return json.textValue();
  }

  private static boolean isUuid(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    return logical != null && logical.getName().equals("uuid");
  }

  private static UUID uuid(Schema schema, JsonNode json, Path path) {
    try {
      return UUID.fromString(json.textValue());
    } catch (IllegalArgumentException e) {
      throw Mismatch.at(path, schema, json);
    }
  }

  private static GenericData.EnumSymbol symbol(Schema schema, JsonNode json, Path path) {
    if (!json.isTextual() || !schema.hasEnumSymbol(json.textValue())) {
      throw Mismatch.at(path, schema, json);
    }
    return new GenericData.EnumSymbol(schema, json.textValue());
  }

  private static byte[] bytes(Schema schema, JsonNode json, Path path) {
    if (schema.getLogicalType() instanceof Decimal type) {
      return unscaled(type, schema, json, path).toByteArray();
    }
    return base64(schema, json, path);
  }

  private static byte[] fixed(Schema schema, JsonNode json, Path path) {
    int size = schema.getFixedSize();
    if (schema.getLogicalType() instanceof Decimal type) {
      BigInteger unscaled = unscaled(type, schema, json, path);
      try {
        return DecimalBytes.padded(unscaled, size);
      } catch (ArithmeticException e) {
        throw Mismatch.at(path, schema, json, OUT_OF_RANGE);
      }
    }
    if (isUuid(schema) && size == UUID_BYTES && json.isTextual()) {
      UUID uuid = uuid(schema, json, path);
      return ByteBuffer.allocate(UUID_BYTES)
          .putLong(uuid.getMostSignificantBits())
          .putLong(uuid.getLeastSignificantBits())
          .array();
    }
    byte[] bytes = base64(schema, json, path);
    if (bytes.length != size) {
      throw Mismatch.at(path, schema, json, "has " + bytes.length + " bytes");
    }
    return bytes;
  }

  private static byte[] base64(Schema schema, JsonNode json, Path path) {
    if (!json.isTextual()) {
      throw Mismatch.at(path, schema, json);
    }
    try {
      return Base64.getDecoder().decode(json.textValue());
    } catch (IllegalArgumentException e) {
      throw Mismatch.at(path, schema, json, "is not base64");
    }
  }

  private static BigInteger unscaled(Decimal type, Schema schema, JsonNode json, Path path) {
    BigDecimal value = decimal(json);
    if (value == null) {
      throw Mismatch.at(path, schema, json);
    }
    try {
      return DecimalBytes.unscaled(value, type);
    } catch (ArithmeticException e) {
      throw Mismatch.at(path, schema, json, String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable BigDecimal decimal(JsonNode json) {
    try {
      return json.isNumber()
          ? json.decimalValue()
          : json.isTextual() ? new BigDecimal(json.textValue()) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
