package io.tidemark.views;

import org.apache.avro.Schema;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.table.data.RowData;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Makes the taps of one scan, and the coordinator that cuts the job when they want it. */
final class TapFactory extends AbstractStreamOperatorFactory<RowData>
    implements OneInputStreamOperatorFactory<ConsumerRecord<byte[], byte[]>, RowData>,
        CoordinatedOperatorFactory<RowData> {
  private static final long serialVersionUID = 1L;

  final JobSettings settings;
  final int scan;
  final String log;
  final int partitions;
  final Schema schema;
  final int schemaId;
  final String[] columns;
  final LogTable.Metadata[] metadata;
  private boolean alone;

  TapFactory(
      JobSettings settings,
      int scan,
      LogTable table,
      String[] columns,
      LogTable.Metadata[] metadata) {
    this.settings = settings;
    this.scan = scan;
    this.log = table.log();
    this.partitions = table.partitions();
    this.schema = table.schema();
    this.schemaId = table.schemaId();
    this.columns = columns;
    this.metadata = metadata;
    // Events go from source to tap as they are, so the two must be in one chain.
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  /** Whether there is only one tap in the whole job, in all subtasks of all scans. */
  boolean alone() {
    return alone;
  }

  void alone(boolean alone) {
    this.alone = alone;
  }

  @Override
  @SuppressWarnings("unchecked") // the caller asks for what this factory makes
  public <T extends StreamOperator<RowData>> T createStreamOperator(
      StreamOperatorParameters<RowData> parameters) {
    OperatorEventGateway coordinator =
        parameters
            .getOperatorEventDispatcher()
            .getOperatorEventGateway(parameters.getStreamConfig().getOperatorID());
    return (T) new Tap(parameters, this, coordinator);
  }

  @Override
  @SuppressWarnings("rawtypes") // as Flink declares it
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return Tap.class;
  }

  @Override
  public OperatorCoordinator.Provider getCoordinatorProvider(String name, OperatorID operator) {
    return new CutCoordinator.Provider(operator, settings.cuts());
  }
}
