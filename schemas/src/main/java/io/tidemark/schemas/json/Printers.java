package io.tidemark.schemas.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.UTF8JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.AvroTypeException;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes.Decimal;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.util.Utf8;

/** Compiles a schema into its {@link Printer}. */
final class Printers {
  private static final int UUID_BYTES = 16;

  /** Most readers of JSON take a number for a double, which keeps this many digits. */
  private static final int MAX_NUMBER_DIGITS = 15;

  private Printers() {}

  /**
   * @param records those under way, by full name: a schema may contain itself
   */
  static Printer of(Schema schema, Map<String, RecordPrinter> records) {
    return switch (schema.getType()) {
      case NULL -> (in, out, scratch) -> out.writeNull();
      case BOOLEAN -> (in, out, scratch) -> out.writeBoolean(in.readBoolean());
      case INT -> ofInt(schema);
      case LONG -> ofLong(schema);
      case FLOAT -> (in, out, scratch) -> out.writeNumber(in.readFloat());
      case DOUBLE -> (in, out, scratch) -> out.writeNumber(in.readDouble());
      case STRING -> (in, out, scratch) -> write(in.readString(scratch.text), out);
      case BYTES -> ofBytes(schema);
      case FIXED -> ofFixed(schema);
      case ENUM -> ofEnum(schema);
      case ARRAY -> ofArray(of(schema.getElementType(), records));
      case MAP -> ofMap(of(schema.getValueType(), records));
      case UNION -> ofUnion(schema, records);
      case RECORD -> ofRecord(schema, records);
    };
  }

  private static void write(Utf8 text, JsonGenerator out) throws IOException {
    if (out instanceof UTF8JsonGenerator) {
      out.writeUTF8String(text.getBytes(), 0, text.getByteLength());
    } else {
      out.writeString(text.toString());
    }
  }

  private static Printer ofInt(Schema schema) {
    TextualType textual = TextualType.of(schema);
    return textual == null
        ? (in, out, scratch) -> out.writeNumber(in.readInt())
        : (in, out, scratch) -> write(textual, in.readInt(), out);
  }

  private static Printer ofLong(Schema schema) {
    TextualType textual = TextualType.of(schema);
    return textual == null
        ? (in, out, scratch) -> out.writeNumber(in.readLong())
        : (in, out, scratch) -> write(textual, in.readLong(), out);
  }

  private static void write(TextualType type, long value, JsonGenerator out) throws IOException {
    String text = type.print(value);
    if (text == null) {
      out.writeNumber(value);
    } else {
      out.writeString(text);
    }
  }

  private static Printer ofBytes(Schema schema) {
    if (schema.getLogicalType() instanceof Decimal decimal) {
      return (in, out, scratch) -> {
        ByteBuffer bytes = readBytes(in, scratch);
        write(decimal, bytes.array(), bytes.position(), bytes.remaining(), out);
      };
    }
    return (in, out, scratch) -> {
      ByteBuffer bytes = readBytes(in, scratch);
      out.writeBinary(bytes.array(), bytes.position(), bytes.remaining());
    };
  }

  private static ByteBuffer readBytes(BinaryDecoder in, Scratch scratch) throws IOException {
    ByteBuffer bytes = in.readBytes(scratch.bytes);
    scratch.bytes = bytes;
    return bytes;
  }

  private static void write(Decimal type, byte[] bytes, int offset, int length, JsonGenerator out)
      throws IOException {
    BigInteger unscaled = length == 0 ? BigInteger.ZERO : new BigInteger(bytes, offset, length);
    BigDecimal value = new BigDecimal(unscaled, type.getScale());
    if (type.getPrecision() <= MAX_NUMBER_DIGITS) {
      out.writeNumber(value);
    } else {
      out.writeString(value.toPlainString());
    }
  }

  private static Printer ofFixed(Schema schema) {
    int size = schema.getFixedSize();
    LogicalType logical = schema.getLogicalType();
    if (logical instanceof Decimal decimal) {
      return (in, out, scratch) -> write(decimal, readFixed(in, size), 0, size, out);
    }
    if (logical != null && logical.getName().equals("uuid") && size == UUID_BYTES) {
      return (in, out, scratch) -> {
        ByteBuffer bits = ByteBuffer.wrap(readFixed(in, size));
        out.writeString(new UUID(bits.getLong(), bits.getLong()).toString());
      };
    }
    return (in, out, scratch) -> out.writeBinary(readFixed(in, size));
  }

  private static byte[] readFixed(BinaryDecoder in, int size) throws IOException {
    byte[] bytes = new byte[size];
    in.readFixed(bytes);
    return bytes;
  }

  private static Printer ofEnum(Schema schema) {
    SerializedString[] symbols =
        schema.getEnumSymbols().stream()
            .map(SerializedString::new)
            .toArray(SerializedString[]::new);
    return (in, out, scratch) -> {
      int index = in.readEnum();
      if (index < 0 || index >= symbols.length) {
        throw new AvroTypeException(schema.getFullName() + " has no symbol " + index);
      }
      out.writeString(symbols[index]);
    };
  }

  private static Printer ofArray(Printer element) {
    return (in, out, scratch) -> {
      out.writeStartArray();
      for (long block = in.readArrayStart(); block != 0; block = in.arrayNext()) {
        for (long i = 0; i < block; i++) {
          element.print(in, out, scratch);
        }
      }
      out.writeEndArray();
    };
  }

  private static Printer ofMap(Printer value) {
    return (in, out, scratch) -> {
      out.writeStartObject();
      for (long block = in.readMapStart(); block != 0; block = in.mapNext()) {
        for (long i = 0; i < block; i++) {
          out.writeFieldName(in.readString());
          value.print(in, out, scratch);
        }
      }
      out.writeEndObject();
    };
  }

  private static Printer ofUnion(Schema schema, Map<String, RecordPrinter> records) {
    Printer[] branches =
        schema.getTypes().stream().map(branch -> of(branch, records)).toArray(Printer[]::new);
    return (in, out, scratch) -> {
      int index = in.readIndex();
      if (index < 0 || index >= branches.length) {
        throw new AvroTypeException("the union has no branch " + index);
      }
      branches[index].print(in, out, scratch);
    };
  }

  private static Printer ofRecord(Schema schema, Map<String, RecordPrinter> records) {
    RecordPrinter known = records.get(schema.getFullName());
    if (known != null) {
      return known;
    }
    List<Field> fields = schema.getFields();
    RecordPrinter printer = new RecordPrinter(fields.size());
    records.put(schema.getFullName(), printer);
    for (Field field : fields) {
      printer.names[field.pos()] = new SerializedString(field.name());
      printer.values[field.pos()] = of(field.schema(), records);
    }
    return printer;
  }

  /** Filled after it was made, so that it may contain itself. */
  static final class RecordPrinter implements Printer {
    private final SerializedString[] names;
    private final Printer[] values;

    private RecordPrinter(int fields) {
      this.names = new SerializedString[fields];
      this.values = new Printer[fields];
    }

    @Override
    public void print(BinaryDecoder in, JsonGenerator out, Scratch scratch) throws IOException {
      out.writeStartObject();
      for (int i = 0; i < names.length; i++) {
        out.writeFieldName(names[i]);
        values[i].print(in, out, scratch);
      }
      out.writeEndObject();
    }
  }
}
