package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.log.changelog.RowKey;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** The key of a view: what its columns are called and how text and JSON become their values. */
final class KeyColumns {
  /** One key column. */
  record Column(String name, Schema.Type type, boolean nullable) {
    String typeName() {
      return type.name().toLowerCase(Locale.ROOT);
    }
  }

  private final List<Column> columns;

  private KeyColumns(List<Column> columns) {
    this.columns = columns;
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
      columns.add(column(name, field.schema()));
    }
    return new KeyColumns(List.copyOf(columns));
  }

  private static Column column(String name, Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return new Column(name, schema.getType(), false);
    }
    for (Schema branch : schema.getTypes()) {
      if (branch.getType() != Schema.Type.NULL) {
        return new Column(name, branch.getType(), true);
      }
    }
    throw new TidemarkException(ErrorCode.INTERNAL, "the key column " + name + " has no type");
  }

  List<Column> columns() {
    return columns;
  }

  List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  /**
   * The values of a whole key that was given as text.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_KEY}
   */
  List<Object> parse(List<String> texts) {
    requireCount(texts.size());
    List<Object> values = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      values.add(parse(columns.get(i), texts.get(i)));
    }
    return values;
  }

  /**
   * The values of a whole key that was given as a JSON array.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_KEY}
   */
  List<@Nullable Object> parse(JsonNode array) {
    if (!array.isArray()) {
      throw invalid("a key is an array of its column values, got " + array);
    }
    requireCount(array.size());
    List<@Nullable Object> values = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      values.add(parse(columns.get(i), array.get(i)));
    }
    return values;
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
      if (open && column.type() == Schema.Type.STRING) {
        key.addTextPrefix(pieces.get(i).getBytes(StandardCharsets.UTF_8));
      } else {
        key.add(parse(column, pieces.get(i)));
      }
    }
    return key.toBytes();
  }

  private void requireCount(int given) {
    if (given != columns.size()) {
      throw invalid("got " + given + (given == 1 ? " column" : " columns"));
    }
  }

  private Object parse(Column column, String text) {
    try {
      return switch (column.type()) {
        case STRING, ENUM -> text;
        case INT -> Integer.valueOf(text);
        case LONG -> Long.valueOf(text);
        case FLOAT -> Float.valueOf(text);
        case DOUBLE -> Double.valueOf(text);
        case BOOLEAN -> parseBoolean(text);
        case BYTES, FIXED -> text.getBytes(StandardCharsets.ISO_8859_1);
        default -> throw new NumberFormatException();
      };
    } catch (NumberFormatException e) {
      throw invalid(column, "'" + text + "'");
    }
  }

  private static Boolean parseBoolean(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new NumberFormatException();
    };
  }

  private @Nullable Object parse(Column column, JsonNode value) {
    if (value.isNull() && column.nullable()) {
      return null;
    }
    boolean fits =
        switch (column.type()) {
          case STRING, ENUM, BYTES, FIXED -> value.isTextual();
          case INT -> value.isIntegralNumber() && value.canConvertToInt();
          case LONG -> value.isIntegralNumber() && value.canConvertToLong();
          case FLOAT, DOUBLE -> value.isNumber();
          case BOOLEAN -> value.isBoolean();
          default -> false;
        };
    if (!fits) {
      throw invalid(column, value.toString());
    }
    return parse(column, value.asText());
  }

  private TidemarkException invalid(Column column, String value) {
    return invalid(column.name() + " is of type " + column.typeName() + ", got " + value);
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
