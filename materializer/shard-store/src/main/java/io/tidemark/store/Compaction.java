package io.tidemark.store;

import java.util.HashSet;
import java.util.Set;

/**
 * Empties one segment: copies the versions that are the newest of their keys to the end of the log,
 * and lets the point index name the copies. Older versions that somebody may still ask for are not
 * copied, since the newer version's record says where they are; for their sake the whole segment
 * stays until nobody may. By then nothing in it is the newest of its key, so that this need not
 * wait long.
 *
 * <p>A full rebuild of the index must come to the same end from what is left of the log. So a
 * tombstone is dropped only when no older segment exists, in which the row that it hides could be;
 * otherwise it is copied. The same holds for the mark of a step that was given up.
 *
 * <p>Used in slices, each while nobody writes.
 */
final class Compaction {
  private final RecordLog log;
  private final PointIndex points;
  private final OrderedKeys keys;
  private final ShardWriter writer;
  private final RecordReader reader;
  private final int number;
  private final Segment segment;
  private final boolean oldest;
  private final long horizon;

  private int offset;
  private boolean done;
  private boolean stillNeeded;

  /** Newest versions of keys whose older versions have been looked at. */
  private final Set<Long> walked = new HashSet<>();

  /** Older versions in this segment that somebody may ask for. */
  private final Set<Long> needed = new HashSet<>();

  /**
   * Begins.
   *
   * @param oldest whether the log has no older segment
   * @param horizon versions that only readers of earlier steps need may go
   */
  Compaction(
      RecordLog log,
      PointIndex points,
      OrderedKeys keys,
      ShardWriter writer,
      Segment segment,
      boolean oldest,
      long horizon) {
    this.log = log;
    this.points = points;
    this.keys = keys;
    this.writer = writer;
    this.reader = new RecordReader(log);
    this.segment = segment;
    this.number = segment.number();
    this.oldest = oldest;
    this.horizon = horizon;
  }

  int segment() {
    return number;
  }

  boolean isDone() {
    return done;
  }

  /** Whether it must be done again later, before the segment can go. */
  boolean isStillNeeded() {
    return stillNeeded;
  }

  /**
   * Goes on for some records.
   *
   * @return how many bytes it has read and written
   */
  int slice(int maxRecords) {
    int bytes = 0;
    for (int i = 0; i < maxRecords && !done; i++) {
      offset = segment.skipMetadata(offset);
      LogRecord record = segment.read(offset);
      if (record == null) {
        if (!segment.isSealed(offset)) {
          throw log.corrupt(Address.of(number, offset), RecordLog.NO_RECORD);
        }
        done = true;
        break;
      }
      offset = segment.next(offset);
      bytes += record.sizeInLog() + look(record);
    }
    return bytes;
  }

  private int look(LogRecord record) {
    switch (record.kind()) {
      case PUT, DELETE -> {
        return lookAtRow(record);
      }
      case COMMIT -> stillNeeded |= record.step() >= horizon;
      case ABORT -> {
        if (!oldest) {
          writer.appendMoved(record);
          return record.sizeInLog();
        }
      }
      default -> {}
    }
    return 0;
  }

  private int lookAtRow(LogRecord record) {
    long hash = PointIndex.hash(record.key());
    long newest = points.findToChange(record.key(), hash, reader);
    if (newest != record.address()) {
      stillNeeded |= newest != Address.NONE && isNeeded(record.address(), newest);
      return 0;
    }
    boolean tombstone = record.kind() == LogRecord.Kind.DELETE && record.step() <= horizon;
    if (tombstone && oldest) {
      points.remove(hash);
      keys.remove(record.key());
      return 0;
    }
    // The versions before it are looked at through the copy.
    points.set(hash, writer.appendMoved(record));
    return record.sizeInLog();
  }

  private boolean isNeeded(long address, long newest) {
    if (walked.add(newest)) {
      markNeeded(newest);
    }
    return needed.contains(address);
  }

  /** Of a key's versions, those in this segment that a reader of the horizon or later may want. */
  private void markNeeded(long newest) {
    long at = newest;
    reader.goTo(at);
    while (reader.step() > horizon) {
      long step = reader.step();
      at = reader.previous();
      if (at == Address.NONE || log.segment(Address.segment(at)) == null) {
        return;
      }
      reader.goTo(at);
      // Two versions of one step: only a rollback would want the older one, and the segments that
      // a rollback may need are left alone.
      if (Address.segment(at) == number && reader.step() < step) {
        needed.add(at);
      }
    }
  }
}
