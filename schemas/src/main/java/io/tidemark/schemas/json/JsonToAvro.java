package io.tidemark.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes Avro values of one schema out of JSON. Immutable and thread-safe.
 *
 * <p>Strict: whatever does not fit is a {@link TidemarkException} with {@link
 * ErrorCode#SCHEMA_MISMATCH} that names the place, what the schema expects and what was found, as
 * in {@code value.delay: expected int, got string "x"}. A field may be absent when it has a default
 * or may be null; a field that the schema does not have is an error. See the package for the JSON
 * of each type.
 *
 * <p>Logical types come out as their underlying type (a timestamp as a long), which is what a
 * {@code GenericDatumWriter} without conversions expects.
 *
 * <p>A number for a decimal of many digits must not have become a double on its way into the {@link
 * JsonNode}: read the JSON with {@code DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS}.
 *
 * <p>Written here because no library found does it: json2avro-converter cuts numbers that are out
 * of range and does not say what it found; Avro's own JSON decoder wants tagged unions and no
 * absent fields.
 */
public final class JsonToAvro {
  private final Schema schema;

  /** For values of that schema. */
  public JsonToAvro(Schema schema) {
    this.schema = schema;
  }

  /**
   * The Avro value of the JSON; null only where the schema allows null.
   *
   * @param name what errors call the value, such as "value" or "events[3].value"
   * @throws TidemarkException {@link ErrorCode#SCHEMA_MISMATCH}
   */
  public @Nullable Object convert(JsonNode json, String name) {
    return convert(schema, json, new Path(null, name));
  }

  /**
   * The record of the JSON; the schema must be one of a record.
   *
   * @param name what errors call the value
   * @throws TidemarkException {@link ErrorCode#SCHEMA_MISMATCH}
   */
  public GenericRecord convertRecord(JsonNode json, String name) {
    return record(schema, json, new Path(null, name));
  }

  private static @Nullable Object convert(Schema schema, JsonNode json, Path path) {
    return switch (schema.getType()) {
      case NULL -> {
        if (!json.isNull()) {
          throw Mismatch.at(path, schema, json);
        }
        yield null;
      }
      case RECORD -> record(schema, json, path);
      case ARRAY -> array(schema, json, path);
      case MAP -> map(schema, json, path);
      case UNION -> union(schema, json, path);
      case BOOLEAN, INT, LONG, FLOAT, DOUBLE, STRING, BYTES, FIXED, ENUM ->
          JsonToPrimitive.convert(schema, json, path);
    };
  }

  private static GenericRecord record(Schema schema, JsonNode json, Path path) {
    if (!json.isObject()) {
      throw Mismatch.at(path, schema, json);
    }
    GenericData.Record record = new GenericData.Record(schema);
    int found = 0;
    for (Field field : schema.getFields()) {
      JsonNode value = json.get(field.name());
      if (value != null) {
        found++;
        record.put(field.pos(), convert(field.schema(), value, path.field(field.name())));
      } else {
        record.put(field.pos(), absent(field, path));
      }
    }
    if (found < json.size()) {
      throw unknownFields(schema, json, path);
    }
    return record;
  }

  private static @Nullable Object absent(Field field, Path path) {
    if (field.hasDefaultValue()) {
      // A copy, since Avro keeps one instance and the caller may change what it gets.
      GenericData data = GenericData.get();
      return data.deepCopy(field.schema(), data.getDefaultValue(field));
    }
    if (field.schema().isNullable()) {
      return null;
    }
    throw Mismatch.at(path.field(field.name()), field.schema(), MissingNode.getInstance());
  }

  private static TidemarkException unknownFields(Schema schema, JsonNode json, Path path) {
    List<String> unknown = new ArrayList<>();
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (schema.getField(name) == null) {
                unknown.add(Mismatch.quoted(name));
              }
            });
    return Mismatch.at(
        path,
        "unknown "
            + (unknown.size() == 1 ? "field " : "fields ")
            + String.join(", ", unknown)
            + "; "
            + schema.getFullName()
            + " has "
            + String.join(", ", schema.getFields().stream().map(Field::name).toList()));
  }

  private static List<@Nullable Object> array(Schema schema, JsonNode json, Path path) {
    if (!json.isArray()) {
      throw Mismatch.at(path, schema, json);
    }
    List<@Nullable Object> array = new ArrayList<>(json.size());
    for (JsonNode element : json) {
      array.add(convert(schema.getElementType(), element, path.index(array.size())));
    }
    return array;
  }

  private static Map<String, @Nullable Object> map(Schema schema, JsonNode json, Path path) {
    if (!json.isObject()) {
      throw Mismatch.at(path, schema, json);
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String key = entry.getKey();
      map.put(key, convert(schema.getValueType(), entry.getValue(), path.field(key)));
    }
    return map;
  }

  /**
   * The first branch that takes the value. Where only one could, its error is reported, which says
   * more than that no branch fits.
   */
  private static @Nullable Object union(Schema union, JsonNode json, Path path) {
    if (json.isNull() && union.isNullable()) {
      return null;
    }
    List<Schema> candidates = UnionBranches.candidates(union, json);
    if (candidates.isEmpty()) {
      throw Mismatch.at(path, union, json);
    }
    if (candidates.size() == 1) {
      return convert(candidates.get(0), json, path);
    }
    List<String> reasons = new ArrayList<>();
    for (Schema candidate : candidates) {
      try {
        return convert(candidate, json, path);
      } catch (TidemarkException e) {
        reasons.add(e.getMessage());
      }
    }
    throw Mismatch.at(
        path, "no branch of " + Mismatch.name(union) + " fits: " + String.join("; ", reasons));
  }
}
