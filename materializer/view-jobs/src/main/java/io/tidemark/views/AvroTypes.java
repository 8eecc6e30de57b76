package io.tidemark.views;

import java.util.List;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Which Avro type is which SQL type, both ways. Instants are {@code TIMESTAMP}s in UTC, whether
 * Avro calls them local or not.
 */
final class AvroTypes {
  private AvroTypes() {}

  /** The column type of an event's field; empty when SQL views cannot read such a field. */
  static Optional<LogicalType> toSql(Schema schema) {
    Optional<LogicalType> type = toSqlNotNull(withoutNull(schema));
    return schema.isNullable() ? type : type.map(t -> t.copy(false));
  }

  /** The schema itself, or the one branch beside null of a union. */
  static Schema withoutNull(Schema schema) {
    if (!schema.isUnion()) {
      return schema;
    }
    List<Schema> others =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    return others.size() == 1 ? others.get(0) : schema;
  }

  private static Optional<LogicalType> toSqlNotNull(Schema schema) {
    if (schema.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
      return decimal.getPrecision() <= DecimalType.MAX_PRECISION
          ? Optional.of(new DecimalType(decimal.getPrecision(), decimal.getScale()))
          : Optional.empty();
    }
    return switch (schema.getType()) {
      case STRING, ENUM -> Optional.of(VarCharType.STRING_TYPE);
      case BOOLEAN -> Optional.of(new BooleanType());
      case INT ->
          Optional.of(
              schema.getLogicalType() instanceof LogicalTypes.Date
                  ? new DateType()
                  : new IntType());
      case LONG -> Optional.of(isMillis(schema) ? new TimestampType(3) : longType(schema));
      case FLOAT -> Optional.of(new FloatType());
      case DOUBLE -> Optional.of(new DoubleType());
      case BYTES, FIXED -> Optional.of(new VarBinaryType(VarBinaryType.MAX_LENGTH));
      case NULL, RECORD, ARRAY, MAP, UNION -> Optional.empty();
    };
  }

  private static LogicalType longType(Schema schema) {
    return isMicros(schema) ? new TimestampType(6) : new BigIntType();
  }

  /** Whether a long counts milliseconds since 1970. */
  static boolean isMillis(Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
        || schema.getLogicalType() instanceof LogicalTypes.LocalTimestampMillis;
  }

  /** Whether a long counts microseconds since 1970. */
  static boolean isMicros(Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.TimestampMicros
        || schema.getLogicalType() instanceof LogicalTypes.LocalTimestampMicros;
  }

  /** The schema, without null, of a view's column; empty when views cannot have such a column. */
  static Optional<Schema> toAvro(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> Optional.of(Schema.create(Schema.Type.STRING));
      case BOOLEAN -> Optional.of(Schema.create(Schema.Type.BOOLEAN));
      case TINYINT, SMALLINT, INTEGER -> Optional.of(Schema.create(Schema.Type.INT));
      case BIGINT -> Optional.of(Schema.create(Schema.Type.LONG));
      case FLOAT -> Optional.of(Schema.create(Schema.Type.FLOAT));
      case DOUBLE -> Optional.of(Schema.create(Schema.Type.DOUBLE));
      case BINARY, VARBINARY -> Optional.of(Schema.create(Schema.Type.BYTES));
      case DATE -> Optional.of(LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT)));
      case DECIMAL ->
          Optional.of(
              LogicalTypes.decimal(
                      LogicalTypeChecks.getPrecision(type), LogicalTypeChecks.getScale(type))
                  .addToSchema(Schema.create(Schema.Type.BYTES)));
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          timestamp(LogicalTypeChecks.getPrecision(type));
      default -> Optional.empty();
    };
  }

  private static Optional<Schema> timestamp(int precision) {
    Schema number = Schema.create(Schema.Type.LONG);
    if (precision <= 3) {
      return Optional.of(LogicalTypes.timestampMillis().addToSchema(number));
    }
    return precision <= 6
        ? Optional.of(LogicalTypes.timestampMicros().addToSchema(number))
        : Optional.empty();
  }

  /** Whether a view's key may have a column of that type. */
  static boolean canBeKey(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR,
          VARCHAR,
          BOOLEAN,
          TINYINT,
          SMALLINT,
          INTEGER,
          BIGINT,
          FLOAT,
          DOUBLE,
          BINARY,
          VARBINARY ->
          true;
      default -> false;
    };
  }
}
