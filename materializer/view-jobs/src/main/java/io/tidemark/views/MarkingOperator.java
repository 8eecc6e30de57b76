package io.tidemark.views;

import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind a source and tells the writers by {@link Mark}s how far it has come. Whatever
 * watermarks the source has end here. Its {@link ClockGuard} is the source's too, since they run in
 * one process.
 */
abstract class MarkingOperator<IN> extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<IN, RowData> {
  private static final long serialVersionUID = 1L;

  private final transient OperatorEventGateway coordinator;
  private transient boolean cutWanted;
  private transient @Nullable ClockGuard clock;

  MarkingOperator(StreamOperatorParameters<RowData> parameters, OperatorEventGateway coordinator) {
    super(parameters);
    this.coordinator = coordinator;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    clock = ClockGuard.of(getContainingTask());
  }

  @Override
  public void close() throws Exception {
    if (clock != null) {
      clock.close();
    }
    super.close();
  }

  /** Asks the {@link CutCoordinator} for a cut, unless it has been asked since the last one. */
  final void wantCut() {
    if (!cutWanted) {
      cutWanted = true;
      coordinator.sendEventToCoordinator(CutCoordinator.CutWanted.CUT_WANTED);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    cutWanted = false;
  }

  @Override
  public void processWatermark(Watermark mark) {}

  @Override
  public final void processWatermark(WatermarkEvent watermark) {}

  @Override
  public final void processWatermarkStatus(WatermarkStatus status) {}
}
