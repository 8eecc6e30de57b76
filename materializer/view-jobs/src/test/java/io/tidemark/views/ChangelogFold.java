package io.tidemark.views;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.log.changelog.EpochOrder;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.schemas.WireFormat;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.control.EpochStart;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Bytes;

/**
 * Reads a changelog as a replica should: drops records of other epochs, shows rows at progress
 * only, goes back to a checkpoint's mark when an epoch begins.
 */
final class ChangelogFold implements AutoCloseable {
  /** What one shard shows. */
  static final class Shard {
    final Map<Bytes, byte[]> pending = new HashMap<>();
    final TreeMap<Long, Map<Bytes, byte[]>> marks = new TreeMap<>();
    Map<Bytes, byte[]> working = new HashMap<>();
    Map<Bytes, byte[]> visible = new HashMap<>();
    Position frontier = Position.empty();
    Position target = Position.empty();
    long epoch = -1;
    EpochStart start;
    boolean flipped;
    long epochs;
    long progresses;
    long rows;
    boolean lostRows;
    long marksSeen;
    long lastCut;
    boolean lastExact;
  }

  /** Hears of each progress that becomes visible. */
  interface Observer {
    void visible(int shard, Position position, Map<Bytes, byte[]> rows);
  }

  final List<Shard> shards = new ArrayList<>();
  final List<ChangelogRecord> dropped = new ArrayList<>();
  Observer observer = (shard, position, rows) -> {};
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Schema schema;

  ChangelogFold(ViewLab lab, ViewDefinition view) {
    schema = new Schema.Parser().parse(view.getRowSchema());
    consumer =
        new KafkaConsumer<>(
            lab.logs.clientConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (int s = 0; s < view.getShards(); s++) {
      shards.add(new Shard());
      partitions.add(new TopicPartition(view.getChangelog(), s));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Reads on until every shard shows the position. */
  void awaitPosition(Position wanted) {
    await(() -> shards.stream().allMatch(s -> s.flipped && s.frontier.covers(wanted)), 180);
  }

  void await(BooleanSupplier condition, int seconds) {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("not reached in " + seconds + " s; frontiers " + frontiers());
      }
      poll(100);
    }
  }

  /** Reads all that is there now. */
  void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      poll(100);
    }
  }

  /** Reads what comes within that time. */
  void poll(int ms) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(ms))) {
      apply(record.partition(), ChangelogCodec.decode(record));
    }
  }

  String frontiers() {
    StringBuilder text = new StringBuilder();
    shards.forEach(
        s ->
            text.append("\n  epoch ")
                .append(s.epoch)
                .append(" target ")
                .append(s.target)
                .append(" flipped ")
                .append(s.flipped)
                .append(" at ")
                .append(s.frontier));
    return text.toString();
  }

  /** All visible rows, as maps from column to value. */
  List<Map<String, Object>> rows() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Shard shard : shards) {
      shard.visible.values().forEach(value -> rows.add(row(value)));
    }
    return rows;
  }

  Map<String, Object> row(byte[] value) {
    try {
      GenericRecord record =
          new GenericDatumReader<GenericRecord>(schema)
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(
                          value,
                          WireFormat.HEADER_BYTES,
                          value.length - WireFormat.HEADER_BYTES,
                          null));
      Map<String, Object> row = new TreeMap<>();
      for (Schema.Field field : schema.getFields()) {
        Object column = record.get(field.pos());
        row.put(field.name(), column instanceof CharSequence ? column.toString() : column);
      }
      return row;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void apply(int number, ChangelogRecord record) {
    Shard shard = shards.get(number);
    if (record instanceof ChangelogRecord.Epoch epoch) {
      if (shard.start != null && !EpochOrder.supersedes(epoch.start(), shard.start)) {
        dropped.add(record);
        return;
      }
      long restored = epoch.start().getRestoredCheckpoint();
      shard.marks.tailMap(restored, false).clear();
      var base = shard.marks.floorEntry(restored);
      shard.working = base == null ? new HashMap<>() : new HashMap<>(base.getValue());
      shard.pending.clear();
      shard.epoch = epoch.epoch();
      shard.start = epoch.start();
      shard.target = epoch.target();
      shard.flipped = false;
      shard.rows = 0;
      shard.lostRows = false;
      shard.epochs++;
    } else if (record.epoch() != shard.epoch) {
      dropped.add(record);
    } else if (record instanceof ChangelogRecord.Row row) {
      shard.rows++;
      shard.pending.put(Bytes.wrap(row.key()), row.value());
    } else if (record instanceof ChangelogRecord.Reached reached) {
      long told = reached.progress().getRows();
      shard.lostRows |= told != ReplicaState.NOT_COUNTED && told != shard.rows;
      if (shard.lostRows) {
        dropped.add(record);
        return;
      }
      applyPending(shard);
      shard.progresses++;
      shard.lastExact = reached.progress().getExact();
      shard.lastCut = reached.progress().getCut();
      if (shard.flipped || reached.position().covers(shard.target)) {
        shard.flipped = true;
        shard.visible = new HashMap<>(shard.working);
        shard.frontier = shard.frontier.merge(reached.position());
        observer.visible(number, reached.position(), shard.visible);
      }
    } else if (record instanceof ChangelogRecord.Mark mark) {
      Map<Bytes, byte[]> state = new HashMap<>(shard.working);
      merge(shard.pending, state);
      shard.marks.put(mark.mark().getCheckpoint(), state);
      shard.marksSeen++;
    }
  }

  private static void applyPending(Shard shard) {
    merge(shard.pending, shard.working);
    shard.pending.clear();
  }

  private static void merge(Map<Bytes, byte[]> changes, Map<Bytes, byte[]> state) {
    changes.forEach(
        (key, value) -> {
          if (value == null) {
            state.remove(key);
          } else {
            state.put(key, value);
          }
        });
  }

  @Override
  public void close() {
    consumer.close();
  }
}
