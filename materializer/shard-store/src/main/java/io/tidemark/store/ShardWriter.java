package io.tidemark.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The writer's state machine. Each change is appended to the log first and then applied; recovery
 * reads the same records and calls the same "apply" half. What is applied is in the indexes at
 * once: that nobody sees it before the commit is because readers skip versions of later steps.
 *
 * <p>Not thread-safe; {@link ShardStore} sees to it that one thread at a time is here.
 */
final class ShardWriter {
  /** How many keys a rollback collects before it writes their rows. */
  private static final int ROLLBACK_BATCH_ROWS = 64 << 10;

  private static final int TAKEN_ROWS = 16;

  /** Enough of a record to have its key, in most cases. */
  private static final int KEY_PREFETCH_BYTES = 128;

  private final RecordLog log;
  private final PointIndex points;
  private final OrderedKeys keys;
  private final Garbage garbage;
  private final RecordReader reader;
  private final SpaceCheck space;
  private final int maxRowBytes;

  private volatile Committed committed;
  private CommitChain chain;
  private Savepoints committedSavepoints;

  private Savepoints savepoints;
  private long head;
  private long rowCount;
  private long stepStart;
  private long lastSavepoint;
  private boolean openStep;

  /**
   * Whether the log's end holds records of a step that was given up: a mark must come before
   * anything else.
   */
  private boolean voidTail;

  private @Nullable Throwable stepFailure;
  private boolean beyondAbort;

  /**
   * Rows that have been taken but not written: so many at a time, for memory to be waited for
   * together.
   */
  private final List<Taken> taken = new ArrayList<>(TAKEN_ROWS);

  /** What prefetching has read, so that nobody optimizes it away. */
  private long seen;

  private record Taken(byte[] key, long hash, byte @Nullable [] value) {}

  /** Goes on from a state that the indexes have, or are ahead of. */
  ShardWriter(
      RecordLog log,
      PointIndex points,
      OrderedKeys keys,
      Garbage garbage,
      WriterState from,
      int maxRowBytes,
      SpaceCheck space) {
    this.log = log;
    this.points = points;
    this.keys = keys;
    this.garbage = garbage;
    this.reader = new RecordReader(log);
    this.space = space;
    this.maxRowBytes = maxRowBytes;
    this.committed = Committed.at(log, from.commit());
    this.chain = CommitChain.endingAt(log, committed);
    this.committedSavepoints = from.committedSavepoints();
    this.savepoints = from.savepoints();
    this.head = from.head();
    this.rowCount = from.rowCount();
    this.stepStart = from.stepStart();
    this.lastSavepoint = from.lastSavepoint();
    this.openStep = from.openStep();
    this.voidTail = from.voidTail();
  }

  /** What readers see; from any thread. */
  Committed committed() {
    return committed;
  }

  WriterState state() {
    return new WriterState(
        log.end(),
        committed.address(),
        committedSavepoints.copy(),
        savepoints.copy(),
        head,
        rowCount,
        stepStart,
        lastSavepoint,
        openStep,
        voidTail);
  }

  /** The savepoints that a rollback may lead to, committed or not. */
  long oldestSavepointStep() {
    return Math.min(committedSavepoints.oldestStep(), savepoints.oldestStep());
  }

  /** Records from this address on are not to be moved: an abort or a rollback walks over them. */
  long oldestRead() {
    return Math.min(
        committed.address(),
        Math.min(committedSavepoints.oldestAddress(), savepoints.oldestAddress()));
  }

  /** The largest id of a savepoint that has been committed, pruned or not. */
  long newestSavepoint() {
    return committedSavepoints.newest();
  }

  void put(byte[] key, byte[] value) {
    checkUsable();
    checkKey(key);
    checkSize("The row", (long) key.length + value.length);
    space.beforeWriting(key.length + value.length);
    take(key.clone(), value.clone());
  }

  void delete(byte[] key) {
    checkUsable();
    checkKey(key);
    space.beforeWriting(key.length);
    take(key.clone(), null);
  }

  private void take(byte[] key, byte @Nullable [] value) {
    Taken row = new Taken(key, PointIndex.hash(key), value);
    seen += points.prefetch(row.hash());
    taken.add(row);
    if (taken.size() == TAKEN_ROWS) {
      writeTaken();
    }
  }

  /** Writes the rows that have been taken. To be called before anything that counts on them. */
  private void writeTaken() {
    if (taken.isEmpty()) {
      return;
    }
    changing(
        () -> {
          for (Taken row : taken) {
            long address = points.guess(row.hash());
            if (address != Address.NONE) {
              reader.prefetch(address, KEY_PREFETCH_BYTES);
            }
          }
          for (Taken row : taken) {
            points.makeRoom();
            change(row.key(), row.hash(), row.value());
          }
          taken.clear();
        });
  }

  /** Gives a key a value, or none, in the open step; the arrays must not change any more. */
  private void change(byte[] key, long hash, byte @Nullable [] value) {
    long newest = points.findToChange(key, hash, reader);
    boolean live = newest != Address.NONE && reader.isPut();
    if (value == null && !live) {
      return;
    }
    long previous = newest;
    if (newest != Address.NONE) {
      boolean ofThisStep = reader.step() == committed.step() + 1 && newest > lastSavepoint;
      if (ofThisStep) {
        // Nobody can ask for that version any more, so the chain leads past it.
        previous = reader.previous();
      }
      supersede(newest, ofThisStep);
    }
    int flags = value != null && !live ? LogRecord.NEW_ROW : 0;
    long address =
        value == null
            ? append(LogRecord.Kind.DELETE, flags, previous, head, key, LogRecord.NO_BYTES)
            : append(LogRecord.Kind.PUT, flags, previous, head, key, value);
    if (value == null) {
      // What it hides is what takes space; compaction gets rid of both.
      garbage.dead(address, LogRecord.sizeInLog(key.length, 0));
    }
    points.set(hash, address);
    if (newest == Address.NONE) {
      keys.add(key);
    }
    head = address;
    rowCount += value == null ? -1 : live ? 0 : 1;
  }

  /** The record at which the reader stands has got a successor. */
  private void supersede(long address, boolean neverSeen) {
    // A tombstone counts as dead from the start.
    int bytes = reader.isPut() ? reader.sizeInLog() : 0;
    if (neverSeen) {
      garbage.dead(address, bytes);
    } else {
      garbage.superseded(address, bytes, committed.step() + 1);
    }
  }

  private void applyRow(LogRecord row) {
    byte[] key = row.key();
    long hash = PointIndex.hash(key);
    boolean put = row.kind() == LogRecord.Kind.PUT;
    points.makeRoom();
    points.findToChange(key, hash, reader);
    points.set(hash, row.address());
    if (row.previous() == Address.NONE) {
      keys.add(key);
    } else if (log.segment(Address.segment(row.previous())) != null) {
      reader.goTo(row.previous());
      supersede(row.previous(), false);
    }
    if (!put) {
      garbage.dead(row.address(), row.sizeInLog());
    }
    head = row.address();
    rowCount += !put ? -1 : (row.flags() & LogRecord.NEW_ROW) != 0 ? 1 : 0;
  }

  /** Compaction had moved a row; the index may know it already. */
  private void applyMoved(LogRecord row) {
    long hash = PointIndex.hash(row.key());
    if (points.findToChange(row.key(), hash, reader) == row.back()) {
      points.set(hash, row.address());
    }
  }

  void savepoint(long id) {
    checkUsable();
    savepoints.checkNext(id);
    space.beforeWriting(0);
    writeTaken();
    long address = appendControl(LogRecord.Kind.SAVEPOINT, id);
    applySavepoint(id, address);
  }

  private void applySavepoint(long id, long address) {
    savepoints.add(id, new Savepoints.Savepoint(head, address, committed.step() + 1));
    lastSavepoint = address;
  }

  /**
   * Writes the rows of the savepoint again, as newer versions: readers of earlier commits go on to
   * see theirs, and no version ever has two successors.
   */
  void rollbackTo(long id) {
    checkUsable();
    long target = savepoints.headAt(id);
    space.beforeWriting(0);
    writeTaken();
    appendControl(LogRecord.Kind.ROLLBACK, id);
    changing(
        () -> {
          savepoints.forgetAbove(id);
          if (target == Address.NONE) {
            deleteAll();
          } else {
            undoTo(target);
          }
        });
  }

  private void deleteAll() {
    try (KeyCursor all = keys.cursor(LogRecord.NO_BYTES)) {
      while (all.next()) {
        byte[] key = all.key();
        long hash = PointIndex.hash(key);
        if (points.find(key, hash, reader) != Address.NONE && reader.isPut()) {
          space.beforeWriting(key.length);
          change(key, hash, null);
        }
      }
    }
  }

  /** Backward along the history, so that the oldest record of each key has the last word. */
  private void undoTo(long target) {
    Map<byte[], Long> wanted = new TreeMap<>(Arrays::compareUnsigned);
    long at = head;
    while (at != target) {
      LogRecord record = log.read(at);
      if (record.back() == Address.NONE || record.back() >= at) {
        throw log.corrupt(
            at, "the history does not lead to savepoint at " + Address.describe(target));
      }
      wanted.put(record.key(), record.previous());
      if (wanted.size() >= ROLLBACK_BATCH_ROWS) {
        restore(wanted);
      }
      at = record.back();
    }
    restore(wanted);
  }

  /** Gives keys the values that they had in these versions. */
  private void restore(Map<byte[], Long> versions) {
    versions.forEach(
        (key, version) -> {
          long hash = PointIndex.hash(key);
          LogRecord wanted = version == Address.NONE ? null : log.read(version);
          byte[] value =
              wanted != null && wanted.kind() == LogRecord.Kind.PUT ? wanted.value() : null;
          boolean live = points.find(key, hash, reader) != Address.NONE && reader.isPut();
          boolean same = value == null ? !live : live && Arrays.equals(value, reader.value(key));
          if (!same) {
            space.beforeWriting(key.length + (value == null ? 0 : value.length));
            points.makeRoom();
            change(key, hash, value);
          }
        });
    versions.clear();
  }

  void pruneSavepoints(long olderThan) {
    checkUsable();
    space.beforeWriting(0);
    writeTaken();
    appendControl(LogRecord.Kind.PRUNE, olderThan);
    savepoints.prune(olderThan);
  }

  /** For an import: savepoints below this id cannot be reached, since they were not copied. */
  void savepointsGone(long belowId) {
    writeTaken();
    appendControl(LogRecord.Kind.SAVEPOINTS_GONE, belowId);
    savepoints.goneBelow(belowId);
  }

  void commit(byte[] metadata) {
    checkUsable();
    checkSize("The metadata", metadata.length);
    space.beforeWriting(metadata.length);
    writeTaken();
    long millis = Math.max(committed.value().millis(), System.currentTimeMillis());
    CommitValue value = new CommitValue(rowCount, head, millis, metadata);
    long address =
        append(
            LogRecord.Kind.COMMIT,
            0,
            committed.address(),
            chain.back(),
            LogRecord.NO_BYTES,
            value.encode());
    applyCommit(new Committed(committed.step() + 1, address, value));
  }

  private void applyCommit(Committed now) {
    chain.add(now.address());
    committedSavepoints = savepoints.copy();
    log.prunedBelow(savepoints.prunedBelow());
    stepStart = now.address();
    openStep = false;
    committed = now;
  }

  void abort() {
    if (beyondAbort) {
      throw unusable();
    }
    taken.clear();
    voidTail |= openStep;
    applyAbort();
    stepFailure = null;
  }

  /** Each key of the open step stands at its version before it again. */
  private void applyAbort() {
    long at = head;
    while (at != committed.value().head()) {
      LogRecord record = log.read(at);
      long hash = PointIndex.hash(record.key());
      boolean there = points.findToChange(record.key(), hash, reader) != Address.NONE;
      if (record.kind() == LogRecord.Kind.PUT) {
        garbage.dead(at, record.sizeInLog());
      }
      if (record.previous() != Address.NONE) {
        points.set(hash, record.previous());
        revive(record.previous());
      } else if (there) {
        points.remove(hash);
        keys.remove(record.key());
      }
      at = record.back();
    }
    savepoints = committedSavepoints.copy();
    head = committed.value().head();
    rowCount = committed.value().rowCount();
    openStep = false;
  }

  private void revive(long address) {
    reader.goTo(address);
    garbage.revived(address, reader.isPut() ? reader.sizeInLog() : 0);
  }

  /** Applies the records that the indexes may not have seen; what is not committed is void. */
  void recover(RecordLog.Replay tail) {
    for (LogRecord record = tail.next(); record != null; record = tail.next()) {
      log.reached(record.address());
      garbage.appended(record.address(), record.sizeInLog());
      openStep |= record.kind() != LogRecord.Kind.SEGMENT && !record.isMoved();
      apply(record);
    }
    abort();
  }

  private void apply(LogRecord record) {
    switch (record.kind()) {
      case PUT, DELETE -> {
        if (record.isMoved()) {
          applyMoved(record);
        } else {
          applyRow(record);
        }
      }
      case SAVEPOINT -> applySavepoint(record.id(), record.address());
      case ROLLBACK -> savepoints.forgetAbove(record.id());
      case PRUNE -> savepoints.prune(record.id());
      case SAVEPOINTS_GONE -> savepoints.goneBelow(record.id());
      case COMMIT -> applyCommit(Committed.of(record));
      case ABORT -> {
        if (!record.isMoved()) {
          applyAbort();
          stepStart = record.address();
          voidTail = false;
        }
      }
      case SEGMENT -> {}
    }
  }

  /** A copy of a record at the end of the log, made by compaction. */
  long appendMoved(LogRecord record) {
    long back = record.isMoved() ? record.back() : record.address();
    if (record.kind() != LogRecord.Kind.ABORT) {
      back = record.address();
    }
    long address =
        log.append(
            record.kind(),
            record.flags() | LogRecord.MOVED,
            record.previous(),
            back,
            record.step(),
            record.key(),
            record.value());
    garbage.appended(address, record.sizeInLog());
    if (record.kind() == LogRecord.Kind.PUT) {
      garbage.dead(record.address(), record.sizeInLog());
    } else if (record.kind() == LogRecord.Kind.DELETE) {
      garbage.tombstoneKept(address, record.sizeInLog());
    }
    return address;
  }

  private long appendControl(LogRecord.Kind kind, long id) {
    return append(kind, 0, Address.NONE, Address.NONE, LogRecord.NO_BYTES, LogRecord.id(id));
  }

  private long append(
      LogRecord.Kind kind, int flags, long previous, long back, byte[] key, byte[] value) {
    if (voidTail) {
      stepStart =
          appendCounted(
              LogRecord.Kind.ABORT,
              0,
              stepStart,
              Address.NONE,
              LogRecord.NO_BYTES,
              LogRecord.NO_BYTES);
      voidTail = false;
    }
    long address = appendCounted(kind, flags, previous, back, key, value);
    openStep = true;
    return address;
  }

  private long appendCounted(
      LogRecord.Kind kind, int flags, long previous, long back, byte[] key, byte[] value) {
    try {
      long address = log.append(kind, flags, previous, back, committed.step() + 1, key, value);
      garbage.appended(address, LogRecord.sizeInLog(key.length, value.length));
      return address;
    } catch (RuntimeException | InternalError e) {
      // InternalError is what the JVM makes of a mapped write that the disk refused.
      stepFailure = e;
      if (e instanceof StoreException full && full.kind() == StoreException.Kind.NO_SPACE) {
        // Told before anything was written.
        throw full;
      }
      beyondAbort = true;
      throw new StoreException(
          StoreException.Kind.IO, "Cannot append to the log; reopen the store to go on", e);
    }
  }

  private void changing(Runnable change) {
    try {
      change.run();
    } catch (RuntimeException e) {
      stepFailure = e;
      throw e;
    }
  }

  private void checkUsable() {
    if (stepFailure != null) {
      throw unusable();
    }
  }

  private StoreException unusable() {
    return new StoreException(
        StoreException.Kind.STEP_FAILED,
        beyondAbort
            ? "An earlier failure left the log ahead of the index: close the store and open it again"
            : "An earlier call failed in the middle of this step: abort it, then go on",
        stepFailure);
  }

  private static void checkKey(byte[] key) {
    if (key.length > ShardStore.MAX_KEY_BYTES) {
      throw new StoreException(
          StoreException.Kind.TOO_LARGE,
          "The key has " + key.length + " bytes, the limit is " + ShardStore.MAX_KEY_BYTES);
    }
  }

  private void checkSize(String what, long bytes) {
    if (bytes > maxRowBytes) {
      throw new StoreException(
          StoreException.Kind.TOO_LARGE,
          what
              + " has "
              + bytes
              + " bytes, the limit is "
              + maxRowBytes
              + " (an eighth of a segment)");
    }
  }
}
