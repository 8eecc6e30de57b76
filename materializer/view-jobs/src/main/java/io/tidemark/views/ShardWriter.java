package io.tidemark.views;

import io.tidemark.log.Position;
import io.tidemark.schemas.control.EpochStart;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Writes the changelog of those shards s for which s mod parallelism is this subtask: the only
 * writer that they have. Everything runs on the task's thread, except for Kafka's callbacks, which
 * {@link ChangelogProducer} deals with.
 *
 * <ul>
 *   <li>On opening, an EpochStart for each shard, awaited: its offset is the epoch.
 *   <li>Rows are kept until the position moves; of several rows of one key only the last is
 *       written, since none of the others could ever be seen.
 *   <li>When the position has moved, to every shard its rows, then Progress, as soon as {@link
 *       ProgressPacer} says; while the epoch has not covered its target, only as often as {@link
 *       CatchUp} says.
 *   <li>At barrier n the rows that are left, the Progress in a view with cuts or when it has been
 *       put off, and a CheckpointMark for shards with rows since their last mark. All of it is
 *       acknowledged by Kafka before the snapshot counts.
 * </ul>
 */
final class ShardWriter extends AbstractStreamOperator<Void>
    implements TwoInputStreamOperator<Tuple3<Integer, byte[], byte[]>, long[], Void> {
  private static final long serialVersionUID = 1L;

  /** A watermark further from the clock than this cannot be a tick. */
  private static final long STRANGE_TICKS = 7L * 24 * 3600 * 1000 * Ticks.A_MS;

  private static final long SECOND_MS = 1_000;

  private final JobSettings settings;
  private final ArrayList<Scan> scans;

  private transient ListState<Long> checkpointState;
  private transient Progression progression;
  private transient ChangelogProducer producer;
  private transient ClockGuard clock;
  private transient ShardLogs shards;
  private transient CatchUp catchUp;
  private transient ProgressPacer pacer;
  private transient MailboxExecutor mailbox;
  private transient Deque<Long> completed;
  private transient long restoredCheckpoint;
  private transient long tick;
  private transient boolean announced;

  /** Whether the position has moved since all shards were told. */
  private transient boolean untold;

  @SuppressWarnings("NullAway") // Flink calls initializeState() and open() first
  ShardWriter(JobSettings settings, List<Scan> scans) {
    this.settings = settings;
    this.scans = new ArrayList<>(scans);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    // Flink names the restored checkpoint only to operators that have state in it.
    checkpointState =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("checkpoint", Types.LONG));
    restoredCheckpoint = 0;
    for (long checkpoint : checkpointState.get()) {
      restoredCheckpoint = Math.max(restoredCheckpoint, checkpoint);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    clock = ClockGuard.of(getContainingTask());
    progression = new Progression(scans);
    completed = new ArrayDeque<>();
    if (restoredCheckpoint > 0) {
      completed.add(restoredCheckpoint);
    }
    tick = Long.MIN_VALUE;
    producer = new ChangelogProducer(settings);
    TaskInfo task = getRuntimeContext().getTaskInfo();
    shards =
        new ShardLogs(
            settings, task.getIndexOfThisSubtask(), task.getNumberOfParallelSubtasks(), producer);
    Position target = DataEnds.of(settings, scans);
    catchUp = new CatchUp(target);
    pacer = new ProgressPacer(new Pace());
    mailbox =
        getContainingTask()
            .getMailboxExecutorFactory()
            .createExecutor(getOperatorConfig().getChainIndex());
    shards.begin(new EpochStart(settings.generation(), restoredCheckpoint, target.toRecords()));
    producer.checkPredecessors();
    if (!settings.barriers()) {
      lookAfterASecond();
    }
  }

  @Override
  public void close() throws Exception {
    if (producer != null) {
      producer.close();
    }
    if (clock != null) {
      clock.close();
    }
    super.close();
  }

  @Override
  public void processElement1(StreamRecord<Tuple3<Integer, byte[], byte[]>> element) {
    Tuple3<Integer, byte[], byte[]> row = element.getValue();
    shards.put(row.f0, row.f1, row.f2.length == 0 ? null : row.f2);
  }

  @Override
  public void processElement2(StreamRecord<long[]> element) {
    progression.add(Mark.decode(element.getValue()));
    if (!settings.barriers()) {
      advance();
    }
  }

  @Override
  public void processWatermark1(Watermark mark) {
    if (settings.barriers()) {
      throw new IllegalStateException(
          "watermark " + mark.getTimestamp() + " in a view with cuts: none of its taps emits any");
    }
    long now = getProcessingTimeService().getCurrentProcessingTime() * Ticks.A_MS;
    if (Math.abs(mark.getTimestamp() - now) > STRANGE_TICKS) {
      throw new IllegalStateException(
          "watermark "
              + mark.getTimestamp()
              + " is none of the taps' ticks: an operator of the query makes its own");
    }
    tick = mark.getTimestamp();
    advance();
  }

  private void advance() {
    producer.check();
    if (progression.reach(tick)) {
      untold = true;
      if (catchUp.moved(
          progression.position(), shards.costOfProgress(), shards.rowsSinceProgress())) {
        if (catchUp.over()) {
          pacer.moved();
        } else {
          tell();
        }
      }
    }
    if (!announced && tick > 0) {
      tell();
    }
  }

  private void tell() {
    announced = true;
    untold = false;
    catchUp.told();
    pacer.allTold();
    shards.progress(progression.position(), false, 0);
  }

  /** Until the target is covered: what is held back must not wait for a tick that never comes. */
  private void lookAfterASecond() {
    if (!catchUp.over()) {
      long now = getProcessingTimeService().getCurrentProcessingTime();
      getProcessingTimeService().registerTimer(now + SECOND_MS, ignored -> look());
    }
  }

  private void look() {
    producer.check();
    if (catchUp.second() && untold) {
      tell();
    }
    lookAfterASecond();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    long checkpoint = context.getCheckpointId();
    if (settings.barriers()) {
      if (progression.reach(checkpoint) || !announced) {
        announced = true;
        shards.progress(progression.position(), progression.exact(), checkpoint);
      }
    } else if (untold) {
      tell();
    }
    shards.checkpoint(checkpoint, oldestRetained());
    producer.flush();
    checkpointState.update(List.of(checkpoint));
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    completed.add(checkpoint);
    while (completed.size() > JobGraphs.RETAINED_CHECKPOINTS) {
      completed.remove();
    }
  }

  private long oldestRetained() {
    Long oldest = completed.peek();
    return oldest == null ? 0 : oldest;
  }

  // The marks' way past the query has watermarks too, since a tap emits them everywhere. They say
  // nothing about rows.

  @Override
  public void processWatermark2(Watermark mark) {}

  @Override
  public void processWatermark1(WatermarkEvent watermark) {}

  @Override
  public void processWatermark2(WatermarkEvent watermark) {}

  @Override
  public void processWatermarkStatus(WatermarkStatus status, int input) {}

  private final class Pace implements ProgressPacer.Writer {
    @Override
    public void tellAll() {
      tell();
    }

    @Override
    public void tellChanged() {
      shards.progressOfChanged(progression.position());
    }

    @Override
    public boolean isQuiet() {
      return producer.isQuiet();
    }

    @Override
    public void whenQuiet(Runnable then) {
      producer.whenQuiet(
          () -> {
            try {
              mailbox.execute(then::run, "progress of changed shards");
            } catch (RejectedExecutionException e) {
              LOG.debug("Acknowledged when the task had ended", e);
            }
          });
    }

    @Override
    public long nowMs() {
      return getProcessingTimeService().getCurrentProcessingTime();
    }

    @Override
    public void at(long timeMs, Runnable then) {
      getProcessingTimeService().registerTimer(timeMs, ignored -> then.run());
    }
  }
}
