package io.tidemark.views;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/** The view as a table to write to: it wants new rows and deleted keys, no old rows. */
final class ChangelogTableSink implements DynamicTableSink {
  private final Dataflow dataflow;
  private final DataType type;

  ChangelogTableSink(Dataflow dataflow, DataType type) {
    this.dataflow = dataflow;
    this.type = type;
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requested) {
    return ChangelogMode.newBuilder()
        .addContainedKind(RowKind.INSERT)
        .addContainedKind(RowKind.UPDATE_AFTER)
        .addContainedKind(RowKind.DELETE)
        .build();
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    return new DataStreamSinkProvider() {
      @Override
      public DataStreamSink<?> consumeDataStream(
          ProviderContext provider, DataStream<RowData> rows) {
        return dataflow.sink(rows, (RowType) type.getLogicalType());
      }
    };
  }

  @Override
  public DynamicTableSink copy() {
    return new ChangelogTableSink(dataflow, type);
  }

  @Override
  public String asSummaryString() {
    return "view";
  }
}
