package io.tidemark.views;

import io.tidemark.log.changelog.RowKey;
import io.tidemark.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Turns a row of the query into the key and the value of a changelog row, without the detour over
 * Avro's generic records. Not thread-safe.
 */
final class RowEncoder {
  /** Writes one column that is not null. */
  private interface ColumnEncoder {
    void encode(RowData row, int column, BinaryEncoder out) throws IOException;
  }

  /** Adds one column that is not null to the key. */
  private interface KeyEncoder {
    void encode(RowData row, int column, RowKey key);
  }

  private final ColumnEncoder[] columns;
  private final int[] keyColumns;
  private final KeyEncoder[] keyEncoders;
  private final RowKey key = new RowKey();
  private final byte[] header = new byte[WireFormat.HEADER_BYTES];
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
  private final BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);

  RowEncoder(RowType type, List<String> keyColumns, int schemaId) {
    this.columns =
        type.getChildren().stream().map(RowEncoder::column).toArray(ColumnEncoder[]::new);
    this.keyColumns = keyColumns.stream().mapToInt(type::getFieldIndex).toArray();
    this.keyEncoders =
        keyColumns.stream()
            .map(name -> key(type.getTypeAt(type.getFieldIndex(name))))
            .toArray(KeyEncoder[]::new);
    WireFormat.putHeader(header, schemaId);
  }

  byte[] key(RowData row) {
    key.reset();
    for (int i = 0; i < keyColumns.length; i++) {
      if (row.isNullAt(keyColumns[i])) {
        key.addNull();
      } else {
        keyEncoders[i].encode(row, keyColumns[i], key);
      }
    }
    return key.toBytes();
  }

  /** The row in the Confluent wire format; every column is a union of null and its type. */
  byte[] value(RowData row) throws IOException {
    bytes.reset();
    bytes.write(header);
    for (int i = 0; i < columns.length; i++) {
      if (row.isNullAt(i)) {
        out.writeIndex(0);
      } else {
        out.writeIndex(1);
        columns[i].encode(row, i, out);
      }
    }
    out.flush();
    return bytes.toByteArray();
  }

  private static ColumnEncoder column(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> (row, i, out) -> out.writeBytes(row.getString(i).toBytes());
      case BOOLEAN -> (row, i, out) -> out.writeBoolean(row.getBoolean(i));
      case TINYINT -> (row, i, out) -> out.writeInt(row.getByte(i));
      case SMALLINT -> (row, i, out) -> out.writeInt(row.getShort(i));
      case INTEGER, DATE -> (row, i, out) -> out.writeInt(row.getInt(i));
      case BIGINT -> (row, i, out) -> out.writeLong(row.getLong(i));
      case FLOAT -> (row, i, out) -> out.writeFloat(row.getFloat(i));
      case DOUBLE -> (row, i, out) -> out.writeDouble(row.getDouble(i));
      case BINARY, VARBINARY -> (row, i, out) -> out.writeBytes(row.getBinary(i));
      case DECIMAL -> decimal(type);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp(type);
      default -> throw new IllegalArgumentException("no column can be a " + type);
    };
  }

  private static ColumnEncoder decimal(LogicalType type) {
    int precision = LogicalTypeChecks.getPrecision(type);
    int scale = LogicalTypeChecks.getScale(type);
    return (row, i, out) ->
        out.writeBytes(ByteBuffer.wrap(row.getDecimal(i, precision, scale).toUnscaledBytes()));
  }

  private static ColumnEncoder timestamp(LogicalType type) {
    int precision = LogicalTypeChecks.getPrecision(type);
    if (precision <= 3) {
      return (row, i, out) -> out.writeLong(row.getTimestamp(i, precision).getMillisecond());
    }
    return (row, i, out) -> {
      TimestampData time = row.getTimestamp(i, precision);
      out.writeLong(time.getMillisecond() * 1_000 + time.getNanoOfMillisecond() / 1_000);
    };
  }

  private static KeyEncoder key(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> (row, i, key) -> key.addText(row.getString(i).toBytes());
      case BOOLEAN -> (row, i, key) -> key.addBoolean(row.getBoolean(i));
      case TINYINT -> (row, i, key) -> key.addLong(row.getByte(i));
      case SMALLINT -> (row, i, key) -> key.addLong(row.getShort(i));
      case INTEGER -> (row, i, key) -> key.addLong(row.getInt(i));
      case BIGINT -> (row, i, key) -> key.addLong(row.getLong(i));
      case FLOAT -> (row, i, key) -> key.addFloat(row.getFloat(i));
      case DOUBLE -> (row, i, key) -> key.addDouble(row.getDouble(i));
      case BINARY, VARBINARY -> (row, i, key) -> key.addBytes(row.getBinary(i));
      default -> throw new IllegalArgumentException("no key column can be a " + type);
    };
  }
}
