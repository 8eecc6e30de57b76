package io.tidemark.views;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;

/**
 * Makes the tables of one planning. Each planning has a factory of its own, bound to its dataflow,
 * so that sources and sink find one another without anything static.
 */
final class ViewTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {
  private final SourceTable.Lookup lookup;
  private final Dataflow dataflow;

  ViewTableFactory(SourceTable.Lookup lookup, Dataflow dataflow) {
    this.lookup = lookup;
    this.dataflow = dataflow;
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    SourceTable table = lookup.find(context.getObjectIdentifier().getObjectName());
    if (table instanceof UpstreamTable view) {
      return new UpstreamTableSource(view, dataflow, context.getPhysicalRowDataType());
    }
    return new LogTableSource((LogTable) table, dataflow, context.getPhysicalRowDataType());
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    return new ChangelogTableSink(dataflow, context.getPhysicalRowDataType());
  }

  @Override
  public String factoryIdentifier() {
    return LogCatalog.NAME;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }
}
