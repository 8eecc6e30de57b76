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

/** The view as a table to write to. */
final class ChangelogTableSink implements DynamicTableSink {
  private final Dataflow dataflow;
  private final DataType type;

  ChangelogTableSink(Dataflow dataflow, DataType type) {
    this.dataflow = dataflow;
    this.type = type;
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requested) {
    return dataflow.wanted();
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
