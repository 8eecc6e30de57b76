package io.tidemark.views;

import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.checkpoint.CheckpointCoordinator;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.jspecify.annotations.Nullable;

/**
 * Hears, in Flink's job master, that a tap of an exact view has events which no cut covers, and has
 * a checkpoint made. All scans of a job share one {@link CutPacer}. Keeps no state.
 */
final class CutCoordinator implements OperatorCoordinator {
  /** What a tap says. */
  enum CutWanted implements OperatorEvent {
    CUT_WANTED
  }

  /** Travels with the job. */
  record Provider(OperatorID operator, CutGrid cuts) implements OperatorCoordinator.Provider {
    private static final long serialVersionUID = 1L;

    @Override
    public OperatorID getOperatorId() {
      return operator;
    }

    @Override
    public OperatorCoordinator create(Context context) {
      return new CutCoordinator(context, cuts);
    }
  }

  private static final String SHARED = "tidemark.cuts";

  private final CutPacer pacer;

  private CutCoordinator(Context context, CutGrid cuts) {
    pacer =
        (CutPacer)
            context
                .getCoordinatorStore()
                .compute(
                    SHARED,
                    (key, known) ->
                        known instanceof CutPacer open && !open.isClosed()
                            ? open
                            : new CutPacer(() -> cut(context), cuts));
  }

  private static CompletableFuture<?> cut(Context context) {
    CheckpointCoordinator checkpoints = context.getCheckpointCoordinator();
    return checkpoints == null
        ? CompletableFuture.failedFuture(new IllegalStateException("no checkpoints yet"))
        : checkpoints.triggerCheckpoint(false);
  }

  @Override
  public void handleEventFromOperator(int subtask, int attempt, OperatorEvent event) {
    pacer.want();
  }

  @Override
  public void close() {
    pacer.close();
  }

  @Override
  public void checkpointCoordinator(long checkpoint, CompletableFuture<byte[]> state) {
    state.complete(new byte[0]);
  }

  @Override
  public void start() {}

  @Override
  public void notifyCheckpointComplete(long checkpoint) {}

  @Override
  public void resetToCheckpoint(long checkpoint, byte @Nullable [] state) {}

  @Override
  public void subtaskReset(int subtask, long checkpoint) {}

  @Override
  public void executionAttemptFailed(int subtask, int attempt, @Nullable Throwable reason) {}

  @Override
  public void executionAttemptReady(int subtask, int attempt, SubtaskGateway gateway) {}
}
