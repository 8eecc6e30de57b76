package io.tidemark.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Empties one segment: copies the versions that are the newest of their keys to the end of the log,
 * and lets the point index name the copies. Older versions that somebody may still ask for are not
 * copied, since the newer version's record says where they are; for their sake the whole segment
 * stays until nobody may. The same for row records that somebody may walk over who asks what has
 * been written since an earlier commit.
 *
 * <p>A full rebuild of the index must come to the same end from what is left of the log. So a
 * tombstone is dropped only when no older segment exists, in which the row that it hides could be;
 * otherwise it is copied. The same holds for the mark of a step that was given up.
 *
 * <p>Used in slices of two halves: {@link #read} beside the writer, {@link #move} while nobody
 * writes. What the first half found to be superseded stays so, unless the step that did it is given
 * up; {@link Garbage#revivals} tells.
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
  private final int revivals;

  private int offset;
  private boolean done;
  private long lastCommit;
  private long lastRow;

  /** What this slice may have to copy. */
  private final List<Candidate> candidates = new ArrayList<>();

  /** What the processor has been made to fetch, so that nobody optimizes it away. */
  private long seen;

  private record Candidate(LogRecord record, long hash) {}

  /**
   * Begins, while nobody writes.
   *
   * @param oldest whether the log has no older segment
   * @param horizon tombstones that only readers of earlier steps need may go
   * @param revivals how many records of the segment had been revived when this began
   */
  Compaction(
      RecordLog log,
      PointIndex points,
      OrderedKeys keys,
      ShardWriter writer,
      Segment segment,
      boolean oldest,
      long horizon,
      int revivals) {
    this.log = log;
    this.points = points;
    this.keys = keys;
    this.writer = writer;
    this.reader = new RecordReader(log);
    this.segment = segment;
    this.number = segment.number();
    this.oldest = oldest;
    this.horizon = horizon;
    this.revivals = revivals;
  }

  int segment() {
    return number;
  }

  /** Whether nothing in the segment is the newest version of its key any more. */
  boolean isDone() {
    return done && candidates.isEmpty();
  }

  /** Step of the segment's last commit, 0 when it has none. */
  long lastCommit() {
    return lastCommit;
  }

  /** Step of the segment's last row that is no copy, 0 when it has none. */
  long lastRow() {
    return lastRow;
  }

  int revivals() {
    return revivals;
  }

  /**
   * Reads on for some records.
   *
   * @return how many bytes that were
   */
  int read(int maxRecords) {
    int bytes = 0;
    List<Candidate> rows = new ArrayList<>(maxRecords);
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
      bytes += record.sizeInLog();
      switch (record.kind()) {
        case PUT, DELETE -> {
          long hash = PointIndex.hash(record.key());
          seen += points.prefetch(hash);
          rows.add(new Candidate(record, hash));
          lastRow = record.isMoved() ? lastRow : Math.max(lastRow, record.step());
        }
        case COMMIT -> lastCommit = Math.max(lastCommit, record.step());
        case ABORT -> candidates.add(new Candidate(record, 0));
        default -> {}
      }
    }
    for (Candidate row : rows) {
      if (points.names(row.hash(), row.record().address())) {
        candidates.add(row);
      }
    }
    return bytes;
  }

  /**
   * Copies what is still the newest.
   *
   * @return how many bytes that were
   */
  int move() {
    int bytes = 0;
    for (Candidate each : candidates) {
      LogRecord record = each.record();
      if (record.kind() != LogRecord.Kind.ABORT) {
        bytes += moveRow(record, each.hash());
      } else if (!oldest) {
        writer.appendMoved(record);
        bytes += record.sizeInLog();
      }
    }
    candidates.clear();
    return bytes;
  }

  private int moveRow(LogRecord record, long hash) {
    if (points.findToChange(record.key(), hash, reader) != record.address()) {
      return 0;
    }
    boolean tombstone = record.kind() == LogRecord.Kind.DELETE && record.step() <= horizon;
    if (tombstone && oldest) {
      points.remove(hash);
      keys.remove(record.key());
      return 0;
    }
    // The versions before it are found through the copy.
    points.set(hash, writer.appendMoved(record));
    return record.sizeInLog();
  }
}
