package io.tidemark.store;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Txn;

/**
 * The writer's state machine. Each change is appended to the log first and then applied to the
 * pending step; recovery reads the same records and calls the same "apply" half.
 *
 * <p>Not thread-safe; {@link ShardStore} sees to it that one thread at a time is here.
 */
final class ShardWriter {
  private final RecordLog log;
  private final OrderedIndex index;
  private final PendingRows pending;
  private final Runnable spaceCheck;
  private final long spaceCheckBytes;
  private final int maxRowBytes;

  private Watermark committed;
  private Savepoints committedSavepoints;

  private Savepoints savepoints;
  private long head;
  private long logBytes;
  private long uncheckedBytes;

  /**
   * Whether the log's end holds records of a step that was given up: a mark must come before
   * anything else.
   */
  private boolean voidTail;

  private boolean recordsSinceCommit;

  private @Nullable Throwable stepFailure;
  private boolean beyondAbort;

  ShardWriter(RecordLog log, OrderedIndex index, ShardStoreConfig config, Runnable spaceCheck) {
    this.log = log;
    this.index = index;
    this.spaceCheck = spaceCheck;
    this.spaceCheckBytes = Math.max(1, config.diskReserveBytes() / 4);
    this.maxRowBytes = config.maxRowBytes();
    this.pending = new PendingRows(index, config.stepBufferRows(), spaceCheck);
    OrderedIndex.View view = index.view();
    try {
      byte[] names = view.own(OrderedIndex.Own.SAVEPOINTS);
      committed = Watermark.of(view);
      committedSavepoints = names == null ? new Savepoints() : Savepoints.decode(names);
    } finally {
      view.release();
    }
    savepoints = committedSavepoints.copy();
    head = committed.head();
    logBytes = committed.logBytes();
  }

  Watermark committed() {
    return committed;
  }

  void put(byte[] key, byte[] value) {
    checkUsable();
    checkKey(key);
    checkSize("The row", (long) key.length + value.length);
    byte[] ownKey = key.clone();
    long previous = pending.address(ownKey);
    long address = append(LogRecord.Kind.PUT, previous, ownKey, value);
    changing(() -> applyRow(ownKey, address, address));
  }

  boolean delete(byte[] key) {
    checkUsable();
    checkKey(key);
    byte[] ownKey = key.clone();
    long previous = pending.address(ownKey);
    if (previous == Address.NONE) {
      return false;
    }
    long address = append(LogRecord.Kind.DELETE, previous, ownKey, LogRecord.NO_BYTES);
    changing(() -> applyRow(ownKey, Address.NONE, address));
    return true;
  }

  private void applyRow(byte[] key, long newest, long record) {
    pending.set(key, newest);
    head = record;
  }

  void savepoint(long id) {
    checkUsable();
    savepoints.checkNext(id);
    appendControl(LogRecord.Kind.SAVEPOINT, LogRecord.longs(id));
    savepoints.add(id, head);
  }

  void rollbackTo(long id) {
    checkUsable();
    long target = savepoints.headAt(id);
    appendControl(LogRecord.Kind.ROLLBACK, LogRecord.longs(id, target));
    changing(() -> applyRollback(id, target));
  }

  private void applyRollback(long id, long target) {
    if (target == Address.NONE) {
      pending.clear();
    } else {
      undoTo(target);
    }
    head = target;
    savepoints.forgetAbove(id);
  }

  /** Backward along the history, so that the oldest record of each key has the last word. */
  private void undoTo(long target) {
    long at = head;
    while (at != target) {
      LogRecord record = log.read(at);
      if (record.back() == Address.NONE || record.back() >= at) {
        throw log.corrupt(
            at, "the history does not lead to savepoint at " + Address.describe(target));
      }
      pending.set(record.key(), record.previous());
      at = record.back();
    }
  }

  void pruneSavepoints(long olderThan) {
    checkUsable();
    appendControl(LogRecord.Kind.PRUNE, LogRecord.longs(olderThan));
    savepoints.prune(olderThan);
  }

  void commit(byte[] metadata) {
    checkUsable();
    checkSize("The metadata", metadata.length);
    changing(() -> applyCommit(() -> appendControl(LogRecord.Kind.COMMIT, metadata)));
  }

  /**
   * The rows first, then the record, so that a full index is noticed while the step can still be
   * given up.
   *
   * @param record gives the commit record's address, appending it if need be
   */
  private void applyCommit(LongSupplier record) {
    Watermark[] next = new Watermark[1];
    pending.commit(
        txn -> {
          long address = record.getAsLong();
          // The log says now that the step counts: should the index fail, only recovery can go on
          // from here.
          beyondAbort = true;
          next[0] = new Watermark(address, head, committed.step() + 1, logBytes);
          putOwn(txn, next[0]);
        });
    beyondAbort = false;
    committed = next[0];
    committedSavepoints = savepoints.copy();
    recordsSinceCommit = false;
  }

  private void putOwn(Txn<ByteBuffer> txn, Watermark watermark) {
    index.putOwn(txn, OrderedIndex.Own.WATERMARK, watermark.encode());
    index.putOwn(txn, OrderedIndex.Own.SAVEPOINTS, savepoints.encode());
  }

  void abort() {
    if (beyondAbort) {
      throw unusable();
    }
    voidTail |= recordsSinceCommit;
    applyAbort();
    stepFailure = null;
  }

  private void applyAbort() {
    pending.discard();
    savepoints = committedSavepoints.copy();
    head = committed.head();
    recordsSinceCommit = false;
  }

  /** Applies the records that the index has not seen, up to the last commit among them. */
  void recover(RecordLog.Replay tail) {
    for (LogRecord record = tail.next(); record != null; record = tail.next()) {
      logBytes += LogRecord.FIXED_BYTES + record.key().length + record.value().length;
      recordsSinceCommit = true;
      apply(record);
    }
    abort();
  }

  private void apply(LogRecord record) {
    switch (record.kind()) {
      case PUT -> applyRow(record.key(), record.address(), record.address());
      case DELETE -> applyRow(record.key(), Address.NONE, record.address());
      case SAVEPOINT -> savepoints.add(record.longAt(0), head);
      case ROLLBACK -> applyRollback(record.longAt(0), record.longAt(1));
      case PRUNE -> savepoints.prune(record.longAt(0));
      case COMMIT -> applyCommit(record::address);
      case ABORT -> applyAbort();
    }
  }

  /** Ends an open transaction; what was not committed is void. */
  void close() {
    pending.discard();
  }

  private long appendControl(LogRecord.Kind kind, byte[] value) {
    return append(kind, Address.NONE, LogRecord.NO_BYTES, value);
  }

  private long append(LogRecord.Kind kind, long previous, byte[] key, byte[] value) {
    if (uncheckedBytes >= spaceCheckBytes) {
      spaceCheck.run();
      uncheckedBytes = 0;
    }
    if (voidTail) {
      appendCounted(LogRecord.Kind.ABORT, Address.NONE, LogRecord.NO_BYTES, LogRecord.NO_BYTES);
      voidTail = false;
    }
    long address = appendCounted(kind, previous, key, value);
    recordsSinceCommit = true;
    return address;
  }

  private long appendCounted(LogRecord.Kind kind, long previous, byte[] key, byte[] value) {
    long size = LogRecord.FIXED_BYTES + key.length + value.length;
    try {
      long address = log.append(kind, previous, head, committed.step() + 1, key, value);
      logBytes += size;
      uncheckedBytes += size;
      return address;
    } catch (RuntimeException | InternalError e) {
      // InternalError is what the JVM makes of a mapped write that found no room on the disk.
      stepFailure = e;
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
    if (key.length > OrderedIndex.MAX_KEY_BYTES) {
      throw new StoreException(
          StoreException.Kind.TOO_LARGE,
          "The key has " + key.length + " bytes, the limit is " + OrderedIndex.MAX_KEY_BYTES);
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
