package io.tidemark.views;

import io.tidemark.log.Position;
import io.tidemark.schemas.control.EpochStart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changelogs of all shards of one writer. Rows are kept until they are told, the last one of
 * each key, but no more of them than {@link #MOST_BYTES}. Used by the task's thread only.
 */
final class ShardLogs {
  /**
   * What the rows may take that are kept. A writer has its slot for itself, and a small task
   * manager has 16 slots and 512 MiB: so when all of its views catch up at once, that is half of
   * it. It is some hundred thousand small rows.
   */
  static final long MOST_BYTES = 16L << 20;

  private final @Nullable ShardLog[] byNumber;
  private final List<ShardLog> all = new ArrayList<>();
  private long pendingBytes;
  private long pendingRows;
  private long rowsSinceProgress;

  /**
   * Knows the shards s for which s mod writers is that writer, of as many as the view has.
   *
   * @param writer number of this one
   */
  ShardLogs(JobSettings settings, int writer, int writers, ChangelogProducer producer) {
    byNumber = new ShardLog[settings.shards()];
    for (int s = writer; s < byNumber.length; s += writers) {
      ShardLog shard = new ShardLog(settings.changelog(), s, producer);
      byNumber[s] = shard;
      all.add(shard);
    }
  }

  /** Begins an epoch of each shard and returns when Kafka has them. */
  void begin(EpochStart start) {
    all.forEach(shard -> shard.begin(start));
  }

  /** The new value of a key, {@code null} when it is deleted. */
  void put(int number, byte[] key, byte @Nullable [] value) {
    ShardLog shard = byNumber[number];
    if (shard == null) {
      throw new IllegalStateException("a row of shard " + number + " came to another's writer");
    }
    rowsSinceProgress++;
    pendingRows -= shard.pendingRows();
    pendingBytes -= shard.pendingBytes();
    shard.put(key, value);
    pendingRows += shard.pendingRows();
    pendingBytes += shard.pendingBytes();
    if (pendingBytes > MOST_BYTES) {
      sendRowsOf(all.stream().max(Comparator.comparingLong(ShardLog::pendingBytes)).orElseThrow());
    }
  }

  /** One shard at a time: with all at once, nothing would be kept right after it. */
  private void sendRowsOf(ShardLog shard) {
    pendingRows -= shard.pendingRows();
    pendingBytes -= shard.pendingBytes();
    shard.sendRows();
  }

  /** How many rows have come since the last progress. */
  long rowsSinceProgress() {
    return rowsSinceProgress;
  }

  /** How many records a progress would be now. */
  long costOfProgress() {
    return pendingRows + all.size();
  }

  /** All rows so far reflect that position. */
  void progress(Position position, boolean exact, long cut) {
    List<ShardLog> unchanged = all.stream().filter(shard -> !shard.isChanged()).toList();
    // First those that somebody may wait for: the first ones leave before the last are written.
    tellChanged(position, exact, cut);
    unchanged.forEach(shard -> shard.progress(position, exact, cut));
  }

  /** The same at a tick, but it is told only of the shards with rows that have not been told. */
  void progressOfChanged(Position position) {
    tellChanged(position, false, 0);
  }

  private void tellChanged(Position position, boolean exact, long cut) {
    for (ShardLog shard : all) {
      if (shard.isChanged()) {
        shard.progress(position, exact, cut);
      }
    }
    rowsSinceProgress = 0;
    allIsSent();
  }

  /** All rows so far are in that checkpoint. */
  void checkpoint(long checkpoint, long oldestRetained) {
    all.forEach(shard -> shard.checkpoint(checkpoint, oldestRetained));
    allIsSent();
  }

  private void allIsSent() {
    pendingRows = 0;
    pendingBytes = 0;
  }
}
