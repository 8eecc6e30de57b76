package io.tidemark.views;

import org.apache.avro.Schema;
import org.apache.flink.api.java.tuple.Tuple5;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.table.data.RowData;

/** Makes the taps of one view that a query reads, and the coordinator that cuts the job. */
final class UpstreamTapFactory extends AbstractStreamOperatorFactory<RowData>
    implements OneInputStreamOperatorFactory<
            Tuple5<Integer, Long, byte[], byte[], byte[]>, RowData>,
        CoordinatedOperatorFactory<RowData> {
  private static final long serialVersionUID = 1L;

  final JobSettings settings;

  /** The scan of shard 0; those of the other shards follow. */
  final int firstScan;

  final Scan[] scans;
  final String changelog;
  final Schema schema;
  final int schemaId;
  final String[] columns;

  UpstreamTapFactory(JobSettings settings, int firstScan, UpstreamTable table, String[] columns) {
    this.settings = settings;
    this.firstScan = firstScan;
    this.scans = table.scans().toArray(new Scan[0]);
    this.changelog = table.definition().getChangelog();
    this.schema = table.rowSchema();
    this.schemaId = table.definition().getRowSchemaId();
    this.columns = columns;
  }

  @Override
  @SuppressWarnings("unchecked") // the caller asks for what this factory makes
  public <T extends StreamOperator<RowData>> T createStreamOperator(
      StreamOperatorParameters<RowData> parameters) {
    OperatorEventGateway coordinator =
        parameters
            .getOperatorEventDispatcher()
            .getOperatorEventGateway(parameters.getStreamConfig().getOperatorID());
    return (T) new UpstreamTap(parameters, this, coordinator);
  }

  @Override
  @SuppressWarnings("rawtypes") // as Flink declares it
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return UpstreamTap.class;
  }

  @Override
  public OperatorCoordinator.Provider getCoordinatorProvider(String name, OperatorID operator) {
    return new CutCoordinator.Provider(operator, settings.cuts());
  }
}
