package io.tidemark.store;

import org.jspecify.annotations.Nullable;

/**
 * One commit, as readers see it.
 *
 * @param step its number, counted from 1; 0 before the first one
 * @param address of its record, NONE before the first one
 * @param value what the record says
 */
record Committed(long step, long address, CommitValue value) {
  static final Committed START =
      new Committed(0, Address.NONE, new CommitValue(0, Address.NONE, 0, LogRecord.NO_BYTES));

  static Committed of(LogRecord record) {
    return new Committed(record.step(), record.address(), CommitValue.decode(record.value()));
  }

  /**
   * The commit of which the record is there.
   *
   * @throws StoreException CORRUPT when there is none
   */
  static Committed at(RecordLog log, long address) {
    if (address == Address.NONE) {
      return START;
    }
    LogRecord record = log.read(address);
    if (record.kind() != LogRecord.Kind.COMMIT) {
      throw log.corrupt(address, "the record is no commit");
    }
    return of(record);
  }

  /** Decides whether a search has to go on before a commit. */
  interface Wanted {
    boolean is(Committed commit);
  }

  /**
   * The newest commit that is wanted, provided that all before it are wanted as well; null when it
   * is no longer there. Reads a number of records that grows with the logarithm of the distance.
   */
  static @Nullable Committed newest(RecordLog log, Committed from, Wanted wanted) {
    Committed at = from;
    while (at.address() != Address.NONE && !wanted.is(at)) {
      LogRecord record = log.read(at.address());
      Committed far = read(log, record.back());
      boolean leap = far != null && far.address() != Address.NONE && !wanted.is(far);
      Committed before = leap ? far : read(log, record.previous());
      if (before == null) {
        return null;
      }
      at = before;
    }
    return at;
  }

  private static @Nullable Committed read(RecordLog log, long address) {
    boolean there = address == Address.NONE || log.segment(Address.segment(address)) != null;
    return there ? at(log, address) : null;
  }
}
