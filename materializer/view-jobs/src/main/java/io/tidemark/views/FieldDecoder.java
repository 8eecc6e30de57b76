package io.tidemark.views;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/** Reads or skips one field of an event. */
interface FieldDecoder {
  /**
   * Reads the field as Flink's internal value.
   *
   * @param limit bytes of the whole event: nothing in it can be longer
   */
  @Nullable Object read(BinaryDecoder in, int limit) throws IOException;

  /** Passes over the field. */
  void skip(BinaryDecoder in) throws IOException;

  /** The decoder of fields of that schema. */
  static FieldDecoder of(Schema schema) {
    Reading reading = schema.isUnion() ? nullable(schema.getTypes()) : reading(schema);
    return new FieldDecoder() {
      @Override
      public @Nullable Object read(BinaryDecoder in, int limit) throws IOException {
        return reading.read(in, limit);
      }

      @Override
      public void skip(BinaryDecoder in) throws IOException {
        GenericDatumReader.skip(schema, in);
      }
    };
  }

  /** Reads one value. */
  interface Reading {
    @Nullable Object read(BinaryDecoder in, int limit) throws IOException;
  }

  private static Reading nullable(List<Schema> branches) {
    Reading[] readings = branches.stream().map(FieldDecoder::reading).toArray(Reading[]::new);
    return (in, limit) -> {
      int branch = in.readIndex();
      if (branch < 0 || branch >= readings.length) {
        throw new AvroRuntimeException("a union has no branch " + branch);
      }
      return readings[branch].read(in, limit);
    };
  }

  private static Reading reading(Schema schema) {
    if (schema.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
      return decimal(schema, decimal);
    }
    return switch (schema.getType()) {
      case NULL -> (in, limit) -> null;
      case STRING -> (in, limit) -> StringData.fromBytes(bytes(in, limit));
      case ENUM -> symbols(schema);
      case BOOLEAN -> (in, limit) -> in.readBoolean();
      case INT -> (in, limit) -> in.readInt();
      case LONG -> number(schema);
      case FLOAT -> (in, limit) -> in.readFloat();
      case DOUBLE -> (in, limit) -> in.readDouble();
      case BYTES -> (in, limit) -> bytes(in, limit);
      case FIXED -> (in, limit) -> fixed(in, schema.getFixedSize(), limit);
      case RECORD, ARRAY, MAP, UNION ->
          (in, limit) -> {
            throw new IllegalStateException("no view reads a " + schema.getType());
          };
    };
  }

  private static Reading symbols(Schema schema) {
    StringData[] symbols =
        schema.getEnumSymbols().stream().map(StringData::fromString).toArray(StringData[]::new);
    return (in, limit) -> symbols[in.readEnum()];
  }

  private static Reading number(Schema schema) {
    if (AvroTypes.isMillis(schema)) {
      return (in, limit) -> TimestampData.fromEpochMillis(in.readLong());
    }
    if (AvroTypes.isMicros(schema)) {
      return (in, limit) -> {
        long micros = in.readLong();
        return TimestampData.fromEpochMillis(
            Math.floorDiv(micros, 1_000L), (int) Math.floorMod(micros, 1_000L) * 1_000);
      };
    }
    return (in, limit) -> in.readLong();
  }

  private static Reading decimal(Schema schema, LogicalTypes.Decimal decimal) {
    int precision = decimal.getPrecision();
    int scale = decimal.getScale();
    return (in, limit) -> {
      byte[] unscaled =
          schema.getType() == Schema.Type.FIXED
              ? fixed(in, schema.getFixedSize(), limit)
              : bytes(in, limit);
      DecimalData value =
          DecimalData.fromBigDecimal(
              new BigDecimal(new BigInteger(unscaled), scale), precision, scale);
      if (value == null) {
        throw new AvroRuntimeException("a decimal has more than " + precision + " digits");
      }
      return value;
    };
  }

  private static byte[] bytes(BinaryDecoder in, int limit) throws IOException {
    return fixed(in, in.readLong(), limit);
  }

  private static byte[] fixed(BinaryDecoder in, long length, int limit) throws IOException {
    if (length < 0 || length > limit) {
      throw new EOFException("a field of " + length + " bytes in an event of " + limit);
    }
    byte[] bytes = new byte[(int) length];
    in.readFixed(bytes);
    return bytes;
  }
}
