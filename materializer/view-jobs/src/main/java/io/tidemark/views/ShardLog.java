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
  /** What a row takes on the heap beside its bytes: two arrays, a key, an entry of the map. */
  static final int ROW_OVERHEAD_BYTES = 128;

  private final String changelog;
  private final int shard;
  private final ChangelogProducer producer;
  private final Map<Bytes, byte @Nullable []> pending = new LinkedHashMap<>();
  private long pendingBytes;
  private long epoch = -1;
  private long rows;
  private long toldRows;
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
    int before = pending.size();
    byte[] old = pending.put(Bytes.wrap(key), value);
    if (pending.size() > before) {
      pendingBytes += ROW_OVERHEAD_BYTES + key.length;
    }
    pendingBytes += length(value) - length(old);
  }

  private static int length(byte @Nullable [] value) {
    return value == null ? 0 : value.length;
  }

  /** How many rows have not been sent. */
  int pendingRows() {
    return pending.size();
  }

  /** What they take on the heap. */
  long pendingBytes() {
    return pendingBytes;
  }

  /** Whether rows have come since the last progress. */
  boolean isChanged() {
    return rows > toldRows || !pending.isEmpty();
  }

  /** All rows so far reflect that position. */
  void progress(Position position, boolean exact, long cut) {
    sendRows();
    toldRows = rows;
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

  /** Sends the rows so far; nobody sees them before a progress. */
  void sendRows() {
    if (pending.isEmpty()) {
      return;
    }
    changedSinceMark = true;
    rows += pending.size();
    pending.forEach(
        (key, value) ->
            producer.send(ChangelogCodec.row(changelog, shard, epoch, key.get(), value)));
    pending.clear();
    pendingBytes = 0;
  }
}
