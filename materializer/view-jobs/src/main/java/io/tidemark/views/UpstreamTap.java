package io.tidemark.views;

import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.ShardFollower;
import io.tidemark.schemas.SchemaRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple5;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Stands where a query reads another view: follows the changelog of each shard as a replica does,
 * and gives the query what becomes visible, when it becomes visible. What the upstream job undoes
 * after a restart the query gets as changes, too.
 *
 * <p><b>Progress.</b> The query's rows follow from rows of the upstream view, and those of one
 * shard from the events below that shard's frontier at least. So right before each barrier there is
 * a {@link Mark} for each shard, with its frontier, as if it were a scan of its own; and {@link
 * Progression} takes the smallest: the rows reflect an event for certain only when all shards do.
 * Beside the frontier stands the changelog offset behind the visible progress, for readers that
 * have seen the upstream view itself.
 *
 * <p>There are no ticks here: with changes and deletions in a plan they would not be sound.
 */
final class UpstreamTap extends MarkingOperator<Tuple5<Integer, Long, byte[], byte[], byte[]>> {
  private static final long serialVersionUID = 1L;
  private static final TypeInformation<byte[]> BYTES =
      PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
  private static final String VALUES = "values";

  private final UpstreamTapFactory spec;

  private transient SchemaRegistry registry;
  private transient EventDecoder decoder;
  private transient ValueState<byte[]> followerState;
  private transient ValueState<byte[]> marksState;
  private transient Map<Integer, Shard> shards;

  /** A shard that this task follows. */
  private static final class Shard {
    final UpstreamRows rows;
    final ShardFollower follower;
    boolean moved = true;

    Shard(UpstreamRows rows, ShardFollower follower) {
      this.rows = rows;
      this.follower = follower;
    }
  }

  @SuppressWarnings("NullAway") // Flink calls initializeState() and open() first
  UpstreamTap(
      StreamOperatorParameters<RowData> parameters,
      UpstreamTapFactory spec,
      OperatorEventGateway coordinator) {
    super(parameters, coordinator);
    this.spec = spec;
  }

  @Override
  public void open() throws Exception {
    super.open();
    registry = spec.settings.registry().open();
    decoder = new EventDecoder(registry, spec.schema, spec.schemaId, spec.columns);
    followerState = getPartitionedState(new ValueStateDescriptor<>("follower", BYTES));
    marksState = getPartitionedState(new ValueStateDescriptor<>("marks", BYTES));
    ValueState<byte[]> values =
        getOrCreateKeyedState(StringSerializer.INSTANCE, new ValueStateDescriptor<>(VALUES, BYTES));
    MapState<String, byte[]> shown =
        getPartitionedState(new MapStateDescriptor<>("shown", Types.STRING, BYTES));
    MapState<String, byte[]> undo =
        getOrCreateKeyedState(
            LongSerializer.INSTANCE, new MapStateDescriptor<>("undo", Types.STRING, BYTES));
    UpstreamRows.State state = new UpstreamRows.State(values, shown, undo);
    shards = new TreeMap<>();
    for (int shard : ownShards()) {
      setCurrentKey(shard);
      shards.put(shard, open(shard, state));
    }
    wantCut();
  }

  /** The shards whose records come to this task. */
  private List<Integer> ownShards() {
    int most = getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
    int tasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
    int self = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    return Stream.iterate(0, shard -> shard + 1)
        .limit(spec.scans.length)
        .filter(
            shard ->
                KeyGroupRangeAssignment.assignKeyToParallelOperator(shard, most, tasks) == self)
        .toList();
  }

  private Shard open(int number, UpstreamRows.State state) throws Exception {
    UpstreamRows rows = new UpstreamRows(state, () -> keysOf(number), this::emit);
    String name = spec.changelog + "-" + number + " below view " + spec.settings.view();
    byte[] follower = followerState.value();
    byte[] marks = marksState.value();
    if (follower == null || marks == null) {
      return new Shard(rows, new ShardFollower(name, rows, ReplicaState.EMPTY));
    }
    rows.remember(marks);
    return new Shard(rows, ShardFollower.remembering(name, rows, follower));
  }

  private Stream<String> keysOf(int shard) {
    KeyedStateBackend<Integer> backend = getKeyedStateBackend();
    Stream<Tuple2<Integer, String>> all = backend.getKeysAndNamespaces(VALUES);
    return all.filter(each -> each.f0 == shard).map(each -> each.f1);
  }

  @Override
  public void close() throws Exception {
    if (registry != null) {
      registry.close();
    }
    super.close();
  }

  // Only a new visible state is another object.
  @SuppressWarnings("ReferenceEquality")
  @Override
  public void processElement(StreamRecord<Tuple5<Integer, Long, byte[], byte[], byte[]>> element) {
    Tuple5<Integer, Long, byte[], byte[], byte[]> entry = element.getValue();
    Shard shard = shards.get(entry.f0);
    if (shard == null) {
      throw new IllegalStateException("a record of shard " + entry.f0 + " came to another's tap");
    }
    ReplicaState before = shard.follower.visible();
    shard.follower.apply(entry.f1, ChangelogEntries.decode(spec.changelog, entry), false);
    if (shard.follower.visible() != before) {
      shard.moved = true;
      wantCut();
    }
  }

  private void emit(byte @Nullable [] before, byte @Nullable [] after) {
    if (before != null) {
      emit(after == null ? RowKind.DELETE : RowKind.UPDATE_BEFORE, before);
    }
    if (after != null) {
      emit(before == null ? RowKind.INSERT : RowKind.UPDATE_AFTER, after);
    }
  }

  private void emit(RowKind kind, byte[] value) {
    GenericRowData row = new GenericRowData(kind, spec.columns.length);
    try {
      decoder.decode(value, row);
    } catch (EventDecoder.UndecodableException e) {
      throw new IllegalStateException(
          "a row in " + spec.changelog + " does not decode: " + e.getMessage(), e);
    }
    output.collect(new StreamRecord<>(row));
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    super.prepareSnapshotPreBarrier(checkpointId);
    shards.forEach(
        (number, shard) -> {
          if (shard.moved) {
            shard.moved = false;
            output.collect(Mark.TAG, new StreamRecord<>(mark(number, shard, checkpointId)));
          }
        });
  }

  private long[] mark(int number, Shard shard, long checkpointId) {
    ReplicaState visible = shard.follower.visible();
    List<TopicPartition> parts = spec.scans[number].parts();
    long[] offsets = new long[parts.size()];
    int own = offsets.length - 1;
    for (int i = 0; i < own; i++) {
      offsets[i] = visible.frontier().offset(parts.get(i).topic(), parts.get(i).partition());
    }
    offsets[own] = visible.nextOffset();
    return new Mark(spec.firstScan + number, checkpointId, visible.exact(), offsets).encode();
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    // The writers may not have seen that barrier, nor the marks before it.
    shards.values().forEach(shard -> shard.moved = true);
    wantCut();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    for (Map.Entry<Integer, Shard> each : shards.entrySet()) {
      setCurrentKey(each.getKey());
      followerState.update(each.getValue().follower.memory());
      marksState.update(each.getValue().rows.memory());
    }
  }
}
