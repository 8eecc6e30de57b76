package io.tidemark.views;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** Reads a log as a table; only the columns that the query needs are decoded. */
final class LogTableSource
    implements ScanTableSource, SupportsProjectionPushDown, SupportsReadingMetadata {
  private final LogTable table;
  private final Dataflow dataflow;
  private DataType physicalType;
  private DataType producedType;
  private List<String> metadata = List.of();

  LogTableSource(LogTable table, Dataflow dataflow, DataType physicalType) {
    this.table = table;
    this.dataflow = dataflow;
    this.physicalType = physicalType;
    this.producedType = physicalType;
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return ChangelogMode.insertOnly();
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    String[] columns = DataType.getFieldNames(physicalType).toArray(new String[0]);
    LogTable.Metadata[] known =
        metadata.stream().map(LogTable.Metadata::of).toArray(LogTable.Metadata[]::new);
    RowType type = (RowType) producedType.getLogicalType();
    return new DataStreamScanProvider() {
      @Override
      public DataStream<RowData> produceDataStream(
          ProviderContext provider, StreamExecutionEnvironment env) {
        return dataflow.source(env, table, columns, known, type);
      }

      @Override
      public boolean isBounded() {
        return false;
      }
    };
  }

  @Override
  public boolean supportsNestedProjection() {
    return false;
  }

  @Override
  public void applyProjection(int[][] fields, DataType produced) {
    physicalType = Projection.of(fields).project(physicalType);
    producedType = produced;
  }

  @Override
  public Map<String, DataType> listReadableMetadata() {
    Map<String, DataType> readable = new LinkedHashMap<>();
    for (LogTable.Metadata each : LogTable.Metadata.values()) {
      readable.put(each.key(), each.type());
    }
    return readable;
  }

  @Override
  public void applyReadableMetadata(List<String> keys, DataType produced) {
    metadata = List.copyOf(keys);
    producedType = produced;
  }

  @Override
  public DynamicTableSource copy() {
    LogTableSource copy = new LogTableSource(table, dataflow, physicalType);
    copy.producedType = producedType;
    copy.metadata = metadata;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "log " + table.log();
  }
}
