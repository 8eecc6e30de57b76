package io.tidemark.views;

import io.tidemark.schemas.SchemaRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.io.network.api.writer.ResultPartitionWriter;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Stands right behind a source: decodes events into rows, and tells the writers how far it has
 * come. One instance per subtask; everything runs on the task's thread.
 *
 * <p><b>Ticks.</b> A tick k, with the number that {@link Ticks} gives, is emitted twice: as a
 * {@link Mark} with the next offset of each partition, straight to the writers, and as the
 * watermark k on the main path, behind all rows of the events below the mark. No tick is emitted
 * twice, not even when the clock stands still or goes back: with two marks of one number the second
 * would be believed when only the first one's rows have arrived. The argument why a writer may
 * believe a mark as soon as it holds the watermark k is with {@link Progression}.
 *
 * <p>A tap that is the only one of its job ticks as soon as all events at hand have been passed on,
 * which its {@link RestingReader} tells, and every 5 ms while they do not end. An idle one emits
 * nothing. Several taps tick every 5 ms, together, since the first operator with several inputs
 * waits for all of them; so an idle one goes on with its watermarks. Declaring itself idle to Flink
 * instead would be unsound: a writer could then hold a watermark from a tap with a faster clock
 * before the rows of the one that wakes up arrive.
 *
 * <p><b>Barriers.</b> In a view with cuts the mark is emitted right before each barrier and there
 * are no ticks. The first event behind a barrier asks the {@link CutCoordinator} for the next one.
 *
 * <p><b>State.</b> The offsets are union list state, of which each subtask takes the maximum:
 * partitions wander between subtasks, and one that no longer gets events must not lose its
 * progress. The first time they are the offsets where the partitions begin.
 */
final class Tap extends MarkingOperator<ConsumerRecord<byte[], byte[]>> {
  private static final long serialVersionUID = 1L;

  /** Accumulators with this prefix count the skipped events. */
  static final String SKIPPED = "tidemark.skipped.";

  private final JobSettings settings;
  private final TapFactory spec;
  private transient SchemaRegistry registry;
  private transient EventDecoder decoder;
  private transient ListState<long[]> offsetsState;
  private transient ListState<Long> skippedState;
  private transient LongCounter skipped;
  private transient long[] offsets;
  private transient Ticks ticks;
  private transient boolean tickPending;
  private transient boolean moved;

  @SuppressWarnings("NullAway") // Flink calls initializeState() and open() first
  Tap(
      StreamOperatorParameters<RowData> parameters,
      TapFactory spec,
      OperatorEventGateway coordinator) {
    super(parameters, coordinator);
    this.settings = spec.settings;
    this.spec = spec;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    offsetsState =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>(
                    "offsets", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    skippedState =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("skipped", Types.LONG));
    skipped = new LongCounter();
    offsets = new long[spec.partitions];
    if (context.isRestored()) {
      for (long[] known : offsetsState.get()) {
        for (int p = 0; p < known.length; p++) {
          offsets[p] = Math.max(offsets[p], known[p]);
        }
      }
      for (long count : skippedState.get()) {
        skipped.add(count);
      }
    } else {
      beginOffsets().forEach((tp, offset) -> offsets[tp.partition()] = offset);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    registry = settings.registry().open();
    decoder = new EventDecoder(registry, spec.schema, spec.schemaId, spec.columns);
    getRuntimeContext().addAccumulator(SKIPPED + spec.scan, skipped);
    ticks = new Ticks(spec.alone());
    moved = true;
    announce();
  }

  @Override
  public void close() throws Exception {
    if (registry != null) {
      registry.close();
    }
    super.close();
  }

  @Override
  public void processElement(StreamRecord<ConsumerRecord<byte[], byte[]>> element) {
    ConsumerRecord<byte[], byte[]> event = element.getValue();
    GenericRowData row = new GenericRowData(spec.columns.length + spec.metadata.length);
    boolean decoded = true;
    try {
      decoder.decode(event.value(), row);
    } catch (EventDecoder.UndecodableException e) {
      if (!settings.skipBadEvents()) {
        throw new BadEventException(spec.log, event.partition(), event.offset(), e);
      }
      skipped.add(1L);
      decoded = false;
      LOG.warn(
          "View {} skips the event at log {}, partition {}, offset {}: {}",
          settings.view(),
          spec.log,
          event.partition(),
          event.offset(),
          e.getMessage());
    }
    if (decoded) {
      for (int i = 0; i < spec.metadata.length; i++) {
        row.setField(spec.columns.length + i, metadataOf(event, spec.metadata[i]));
      }
      output.collect(new StreamRecord<>(row));
    }
    offsets[event.partition()] = event.offset() + 1;
    moved = true;
    announce();
  }

  /** Sees to it that the writers will hear of what has moved. */
  private void announce() {
    if (settings.barriers()) {
      wantCut();
    } else if (!tickPending) {
      scheduleTick();
    }
  }

  private static @Nullable Object metadataOf(
      ConsumerRecord<byte[], byte[]> event, LogTable.Metadata metadata) {
    return switch (metadata) {
      case KEY -> event.key() == null ? null : StringData.fromBytes(event.key());
      case PARTITION -> event.partition();
      case OFFSET -> event.offset();
      case APPEND_TIME -> TimestampData.fromEpochMillis(event.timestamp());
    };
  }

  /** All events at hand have been passed on. */
  @Override
  public void processWatermark(Watermark rest) {
    if (spec.alone() && moved && !settings.barriers()) {
      tick(getProcessingTimeService().getCurrentProcessingTime());
    }
  }

  private void scheduleTick() {
    tickPending = true;
    long now = getProcessingTimeService().getCurrentProcessingTime();
    getProcessingTimeService().registerTimer(ticks.dueMs(now), this::tickByTheClock);
  }

  private void tickByTheClock(long now) {
    tickPending = false;
    if (moved || !spec.alone()) {
      tick(now);
    }
    if (!spec.alone()) {
      scheduleTick();
    }
  }

  private void tick(long now) {
    long tick = ticks.next(now);
    if (moved) {
      moved = false;
      output.collect(
          Mark.TAG, new StreamRecord<>(new Mark(spec.scan, tick, true, offsets).encode()));
    }
    output.emitWatermark(new Watermark(tick));
    // By itself Flink sends when a buffer is full or a timer of at least a millisecond fires.
    for (ResultPartitionWriter exchange : getContainingTask().getEnvironment().getAllWriters()) {
      exchange.flushAll();
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (settings.barriers() && moved) {
      moved = false;
      output.collect(
          Mark.TAG, new StreamRecord<>(new Mark(spec.scan, checkpointId, true, offsets).encode()));
    }
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    // The writers may not have seen that barrier, nor the mark before it.
    moved = true;
    announce();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    offsetsState.update(List.of(offsets.clone()));
    skippedState.update(List.of(skipped.getLocalValue()));
  }

  private Map<TopicPartition, Long> beginOffsets() {
    Map<String, Object> config = new HashMap<>(settings.kafka());
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int p = 0; p < spec.partitions; p++) {
        all.add(new TopicPartition(spec.log, p));
      }
      return consumer.beginningOffsets(all);
    }
  }
}
