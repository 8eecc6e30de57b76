package io.tidemark.views;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Reads a view as a table. The source keeps the view's rows anyway, to be able to undo them, so it
 * emits old rows as well as new ones and spares the planner a second copy.
 */
final class UpstreamTableSource implements ScanTableSource, SupportsProjectionPushDown {
  private final UpstreamTable table;
  private final Dataflow dataflow;
  private DataType type;

  UpstreamTableSource(UpstreamTable table, Dataflow dataflow, DataType type) {
    this.table = table;
    this.dataflow = dataflow;
    this.type = type;
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return ChangelogMode.all();
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    String[] columns = DataType.getFieldNames(type).toArray(new String[0]);
    RowType rowType = (RowType) type.getLogicalType();
    return new DataStreamScanProvider() {
      @Override
      public DataStream<RowData> produceDataStream(
          ProviderContext provider, StreamExecutionEnvironment env) {
        return dataflow.source(env, table, columns, rowType);
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
    type = Projection.of(fields).project(type);
  }

  @Override
  public DynamicTableSource copy() {
    return new UpstreamTableSource(table, dataflow, type);
  }

  @Override
  public String asSummaryString() {
    return "view " + table.definition().getView();
  }
}
