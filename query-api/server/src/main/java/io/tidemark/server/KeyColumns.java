package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tidemark.log.changelog.RowKey;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.json.AvroToJson;
import io.tidemark.schemas.json.JsonToAvro;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/** The key of a view: what its columns are called and how text and JSON become their values. */
final class KeyColumns {
  /** As many as a long surely holds. */
  private static final int MOST_DIGITS = 18;

  /** One key column; the type is that of the values, null aside. */
  private record Column(
      String name, Schema schema, Schema type, JsonToAvro values, AvroToJson texts) {
    static Column of(Schema.Field field) {
      Schema schema = field.schema();
      return new Column(
          field.name(),
          schema,
          withoutNull(schema),
          new JsonToAvro(schema),
          new AvroToJson(schema));
    }

    String typeName() {
      return type.getLogicalType() == null
          ? type.getType().name().toLowerCase(Locale.ROOT)
          : type.getLogicalType().getName();
    }
  }

  /** A whole key: as it was asked for, and as it is stored. */
  static final class Key {
    private final List<JsonNode> columns;
    private final byte[] bytes;

    private Key(List<JsonNode> columns, byte[] bytes) {
      this.columns = columns;
      this.bytes = bytes;
    }

    /** The columns in their order. */
    List<JsonNode> columns() {
      return columns;
    }

    /** Not a copy. */
    byte[] bytes() {
      return bytes;
    }
  }

  private final List<Column> columns;
  private final List<String> names;

  private KeyColumns(List<Column> columns) {
    this.columns = columns;
    this.names = columns.stream().map(Column::name).toList();
  }

  /** The key columns with the types that the row schema gives them. */
  static KeyColumns of(Schema rowSchema, List<String> names) {
    List<Column> columns = new ArrayList<>();
    for (String name : names) {
      Schema.Field field = rowSchema.getField(name);
      if (field == null) {
        throw new TidemarkException(
            ErrorCode.INTERNAL, "the key column " + name + " is not in the row schema");
      }
      columns.add(Column.of(field));
    }
    return new KeyColumns(List.copyOf(columns));
  }

  /** Writes a stored key as an object. */
  void write(JsonGenerator json, byte[] key) throws IOException {
    List<@Nullable Object> values = RowKey.columns(key);
    json.writeStartObject();
    for (int i = 0; i < columns.size(); i++) {
      json.writeFieldName(columns.get(i).name());
      write(json, columns.get(i), values.get(i));
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Column column, @Nullable Object value)
      throws IOException {
    // Nearly all keys are texts and numbers, which stand in the key as they are printed.
    if (column.type().getLogicalType() == null && value instanceof String text) {
      json.writeString(text);
    } else if (column.type().getLogicalType() == null && value instanceof Long number) {
      json.writeNumber(number);
    } else {
      ByteArrayOutputStream avro = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(avro, null);
      new GenericDatumWriter<>(column.schema()).write(avro(column.type(), value), encoder);
      column.texts().write(avro.toByteArray(), 0, avro.size(), json);
    }
  }

  /** What a key column holds, as Avro's generic classes have it. */
  private static @Nullable Object avro(Schema type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.getType()) {
      case INT -> ((Long) value).intValue();
      case ENUM -> new GenericData.EnumSymbol(type, value);
      case BYTES -> ByteBuffer.wrap((byte[]) value);
      case FIXED -> new GenericData.Fixed(type, (byte[]) value);
      default -> value;
    };
  }

  private static Schema withoutNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    return schema.getTypes().stream()
        .filter(branch -> branch.getType() != Schema.Type.NULL)
        .findFirst()
        .orElse(schema);
  }

  /** The names in their order. */
  List<String> names() {
    return names;
  }

  /**
   * A whole key that was given as text.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_KEY}
   */
  Key parse(List<String> texts) {
    requireCount(texts.size());
    List<JsonNode> nodes = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      nodes.add(node(columns.get(i), texts.get(i)));
    }
    return key(nodes);
  }

  /**
   * A whole key that was given as a JSON array.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_KEY}
   */
  Key parse(JsonNode array) {
    if (!array.isArray()) {
      throw invalid("a key is an array of its column values, got " + array);
    }
    requireCount(array.size());
    List<JsonNode> nodes = new ArrayList<>(array.size());
    array.forEach(nodes::add);
    return key(nodes);
  }

  private Key key(List<JsonNode> nodes) {
    RowKey key = new RowKey();
    for (int i = 0; i < nodes.size(); i++) {
      key.add(value(columns.get(i), nodes.get(i)));
    }
    return new Key(nodes, key.toBytes());
  }

  /**
   * The bytes that all wanted keys begin with. The pieces are the leading key columns; the last
   * one, if it is a text and not closed, matches every text that begins so.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_KEY}
   */
  byte[] prefix(List<String> pieces, boolean closed) {
    if (pieces.size() > columns.size()) {
      throw invalid("the prefix has " + pieces.size() + " columns");
    }
    RowKey key = new RowKey();
    for (int i = 0; i < pieces.size(); i++) {
      Column column = columns.get(i);
      boolean open = i == pieces.size() - 1 && !closed;
      if (open && column.type().getType() == Schema.Type.STRING) {
        key.addTextPrefix(pieces.get(i).getBytes(StandardCharsets.UTF_8));
      } else {
        key.add(value(column, node(column, pieces.get(i))));
      }
    }
    return key.toBytes();
  }

  private void requireCount(int given) {
    if (given != columns.size()) {
      throw invalid("got " + given + (given == 1 ? " column" : " columns"));
    }
  }

  /** Text as JSON of the column's type: 7 is a number for a number, and a text for a text. */
  private static JsonNode node(Column column, String text) {
    switch (column.type().getType()) {
      case INT, LONG, FLOAT, DOUBLE, BOOLEAN -> {
        JsonNode number = wholeNumber(text);
        if (number != null) {
          return number;
        }
        try {
          JsonNode node = Json.MAPPER.readTree(text);
          if (node.isNumber() || node.isBoolean()) {
            return node;
          }
        } catch (JsonProcessingException e) {
          // A date or a time, or wrong: the column's type decides.
        }
        return TextNode.valueOf(text);
      }
      default -> {
        return TextNode.valueOf(text);
      }
    }
  }

  /** The number that the text is when it is nothing but digits; {@code null} for a closer look. */
  private static @Nullable JsonNode wholeNumber(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    int digits = text.length() - first;
    if (digits < 1 || digits > MOST_DIGITS || (digits > 1 && text.charAt(first) == '0')) {
      return null;
    }
    for (int i = first; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return null;
      }
    }
    long value = Long.parseLong(text);
    return (int) value == value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
  }

  private @Nullable Object value(Column column, JsonNode node) {
    Object value;
    try {
      value = column.values().convert(node, column.name());
    } catch (TidemarkException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return copy;
    }
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes();
    }
    return value == null || value instanceof Number || value instanceof Boolean
        ? value
        : value.toString();
  }

  private TidemarkException invalid(String what) {
    return new TidemarkException(
        ErrorCode.INVALID_KEY,
        what
            + "; the key columns are "
            + columns.stream()
                .map(column -> column.name() + " (" + column.typeName() + ")")
                .collect(Collectors.joining(", ")));
  }
}
