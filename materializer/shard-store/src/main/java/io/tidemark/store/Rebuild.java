package io.tidemark.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the indexes anew from what is left of the log, when they cannot be trusted. Compaction
 * copies a version to the end of the log only while it is the newest of its key, so that the order
 * of a key's records there is the order of its versions.
 */
final class Rebuild {
  private final RecordLog log;
  private final PointIndex points;
  private final OrderedKeys keys;
  private final Garbage garbage;
  private final RecordReader reader;

  /** Parts of the log whose rows are void: behind the first address, up to the second. */
  private final List<long[]> voids = new ArrayList<>();

  private Committed committed = Committed.START;
  private Savepoints committedSavepoints = new Savepoints();
  private Savepoints savepoints = new Savepoints();
  private long head;
  private long stepStart;
  private long lastSavepoint;

  /** The indexes are empty. */
  Rebuild(RecordLog log, PointIndex points, OrderedKeys keys, Garbage garbage) {
    this.log = log;
    this.points = points;
    this.keys = keys;
    this.garbage = garbage;
    this.reader = new RecordReader(log);
  }

  /**
   * Reads the log twice, and declares its end.
   *
   * @param keysAdded told now and then, so that keys can go into files
   * @throws StoreException CORRUPT when something is damaged or missing and nothing explains it
   */
  WriterState run(Runnable keysAdded) throws IOException {
    savepoints.goneBelow(log.prunedBelow());
    committedSavepoints = savepoints.copy();
    RecordLog.Replay walk = log.replayAfter(Address.NONE);
    boolean openStep = false;
    for (LogRecord record = walk.next(); record != null; record = walk.next()) {
      log.reached(record.address());
      openStep |= record.kind() != LogRecord.Kind.SEGMENT && !record.isMoved();
      openStep &= record.kind() != LogRecord.Kind.COMMIT && record.kind() != LogRecord.Kind.ABORT;
      control(record);
    }
    walk.seal();
    long rows = indexRows(keysAdded);
    if (rows != committed.value().rowCount()) {
      throw log.corrupt(
          committed.address(),
          "the last commit has " + committed.value().rowCount() + " rows, but the log has " + rows);
    }
    return new WriterState(
        log.end(),
        committed.address(),
        committedSavepoints,
        committedSavepoints.copy(),
        committed.value().head(),
        rows,
        stepStart,
        lastSavepoint,
        false,
        openStep);
  }

  private void control(LogRecord record) {
    switch (record.kind()) {
      case PUT, DELETE -> head = record.isMoved() ? head : record.address();
      case COMMIT -> {
        committed = Committed.of(record);
        committedSavepoints = savepoints.copy();
        stepStart = record.address();
      }
      case SAVEPOINT -> {
        savepoints.add(
            record.id(), new Savepoints.Savepoint(head, record.address(), record.step()));
        lastSavepoint = record.address();
      }
      case ROLLBACK -> savepoints.forgetAbove(record.id());
      case PRUNE -> savepoints.prune(record.id());
      case SAVEPOINTS_GONE -> savepoints.goneBelow(record.id());
      case ABORT -> {
        long end = record.isMoved() ? record.back() : record.address();
        voids.add(new long[] {record.previous(), end});
        if (!record.isMoved()) {
          savepoints = committedSavepoints.copy();
          head = committed.value().head();
          stepStart = record.address();
        }
      }
      case SEGMENT -> {}
    }
  }

  /** Gives the number of rows that there are. */
  private long indexRows(Runnable keysAdded) {
    long rows = 0;
    RecordLog.Replay walk = log.replayAfter(Address.NONE);
    for (LogRecord record = walk.next(); record != null; record = walk.next()) {
      garbage.appended(record.address(), record.sizeInLog());
      boolean row = record.kind() == LogRecord.Kind.PUT || record.kind() == LogRecord.Kind.DELETE;
      if (row && counts(record)) {
        rows += index(record);
        keysAdded.run();
      }
    }
    return rows;
  }

  private boolean counts(LogRecord record) {
    if (record.isMoved()) {
      return true;
    }
    long address = record.address();
    return address <= committed.address()
        && voids.stream().noneMatch(part -> part[0] < address && address < part[1]);
  }

  private int index(LogRecord record) {
    points.makeRoom();
    long hash = PointIndex.hash(record.key());
    long known = points.findToChange(record.key(), hash, reader);
    boolean put = record.kind() == LogRecord.Kind.PUT;
    if (known == Address.NONE) {
      keys.add(record.key());
      points.set(hash, record.address());
      return put ? 1 : 0;
    }
    boolean wasPut = reader.isPut();
    garbage.superseded(known, reader.sizeInLog(), record.step());
    points.set(hash, record.address());
    return (put ? 1 : 0) - (wasPut ? 1 : 0);
  }
}
