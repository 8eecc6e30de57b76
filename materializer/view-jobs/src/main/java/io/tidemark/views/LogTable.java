package io.tidemark.views;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.utils.TypeConversions;

/**
 * A log as a table of SQL: a column for each field of its events, and what Kafka knows of them.
 *
 * @param id which log of that name it is, as in {@link io.tidemark.log.LogIds}
 * @param schema by which the view reads the events, and its id
 */
record LogTable(String log, long id, int partitions, Schema schema, int schemaId)
    implements SourceTable {
  /** What Kafka knows of an event: the name of the column is this with an underscore before it. */
  enum Metadata {
    KEY("key", DataTypes.STRING()),
    PARTITION("partition", DataTypes.INT().notNull()),
    OFFSET("offset", DataTypes.BIGINT().notNull()),
    APPEND_TIME("append_time", DataTypes.TIMESTAMP(3).notNull());

    private final String key;
    private final DataType type;

    Metadata(String key, DataType type) {
      this.key = key;
      this.type = type;
    }

    String key() {
      return key;
    }

    DataType type() {
      return type;
    }

    static Metadata of(String key) {
      for (Metadata metadata : values()) {
        if (metadata.key.equals(key)) {
          return metadata;
        }
      }
      throw new IllegalArgumentException(key);
    }
  }

  /** Metadata columns are left out of {@code SELECT *}. */
  @Override
  public org.apache.flink.table.api.Schema columns() {
    var builder = org.apache.flink.table.api.Schema.newBuilder();
    for (Schema.Field field : schema.getFields()) {
      AvroTypes.toSql(field.schema())
          .ifPresent(
              type -> builder.column(field.name(), TypeConversions.fromLogicalToDataType(type)));
    }
    List<String> taken = schema.getFields().stream().map(Schema.Field::name).toList();
    for (Metadata metadata : Metadata.values()) {
      String column = "_" + metadata.key();
      if (!taken.contains(column)) {
        builder.columnByMetadata(column, metadata.type(), metadata.key(), true);
      }
    }
    return builder.build();
  }

  @Override
  public Map<String, String> unreadable() {
    Map<String, String> unreadable = new TreeMap<>();
    for (Schema.Field field : schema.getFields()) {
      if (AvroTypes.toSql(field.schema()).isEmpty()) {
        unreadable.put(field.name(), AvroTypes.withoutNull(field.schema()).getType().getName());
      }
    }
    return unreadable;
  }
}
