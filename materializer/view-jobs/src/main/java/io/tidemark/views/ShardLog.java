package io.tidemark.views;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** One shard's changelog as its writer sees it, for one epoch. Used by the task's thread only. */
final class ShardLog {
  /** Rows that may wait for the next progress. */
  private static final int MOST_PENDING = 16_384;

  private final String changelog;
  private final int shard;
  private final ChangelogProducer producer;
  private final Map<Bytes, byte @Nullable []> pending = new LinkedHashMap<>();
  private long epoch = -1;
  private long rows;
  private boolean changedSinceMark;

  ShardLog(String changelog, int shard, ChangelogProducer producer) {
    this.changelog = changelog;
    this.shard = shard;
    this.producer = producer;
  }

  /** Begins the epoch and returns when Kafka has it. */
  void begin(EpochStart start) {
    epoch = producer.begin(ChangelogCodec.epochStart(changelog, shard, start), start);
  }

  /** The new value of a key, {@code null} when it is deleted. */
  void put(byte[] key, byte @Nullable [] value) {
    pending.put(Bytes.wrap(key), value);
    if (pending.size() >= MOST_PENDING) {
      sendRows();
    }
  }

  /** All rows so far reflect that position. */
  void progress(Position position, boolean exact, long cut) {
    sendRows();
    Progress progress = new Progress(position.toRecords(), exact, cut, rows);
    producer.send(ChangelogCodec.progress(changelog, shard, epoch, progress));
  }

  /** All rows so far are in that checkpoint. */
  void checkpoint(long checkpoint, long oldestRetained) {
    sendRows();
    if (changedSinceMark) {
      changedSinceMark = false;
      CheckpointMark mark = new CheckpointMark(checkpoint, oldestRetained);
      producer.send(ChangelogCodec.checkpointMark(changelog, shard, epoch, mark));
    }
  }

  private void sendRows() {
    if (pending.isEmpty()) {
      return;
    }
    changedSinceMark = true;
    rows += pending.size();
    pending.forEach(
        (key, value) ->
            producer.send(ChangelogCodec.row(changelog, shard, epoch, key.get(), value)));
    pending.clear();
  }
}
