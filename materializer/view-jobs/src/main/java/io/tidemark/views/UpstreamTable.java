package io.tidemark.views;

import io.tidemark.schemas.catalog.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.apache.kafka.common.TopicPartition;

/**
 * A view as a table of SQL, for a view that reads it.
 *
 * @param definition of the version that is read
 * @param keyed whether the planner may know the key: to it a key column must not be null, but in a
 *     view it may
 * @param below what the view's own progress speaks of
 */
record UpstreamTable(ViewDefinition definition, boolean keyed, List<TopicPartition> below)
    implements SourceTable {

  Schema rowSchema() {
    return new Schema.Parser().parse(definition.getRowSchema());
  }

  /** A scan for each shard: all that lies below the view, and the shard's own changelog. */
  List<Scan> scans() {
    List<Scan> scans = new ArrayList<>();
    for (TopicPartition shard :
        Scan.partitions(definition.getChangelog(), definition.getShards())) {
      List<TopicPartition> parts = new ArrayList<>(below);
      parts.add(shard);
      scans.add(new Scan(parts));
    }
    return scans;
  }

  @Override
  public org.apache.flink.table.api.Schema columns() {
    var builder = org.apache.flink.table.api.Schema.newBuilder();
    for (Schema.Field field : rowSchema().getFields()) {
      DataType type =
          AvroTypes.toSql(field.schema())
              .map(TypeConversions::fromLogicalToDataType)
              .orElseThrow(() -> new IllegalStateException("no column can be " + field.schema()));
      boolean inKey = keyed && definition.getKeyColumns().contains(field.name());
      builder.column(field.name(), inKey ? type.notNull() : type);
    }
    if (keyed) {
      builder.primaryKey(definition.getKeyColumns());
    }
    return builder.build();
  }

  @Override
  public Map<String, String> unreadable() {
    return Map.of();
  }
}
