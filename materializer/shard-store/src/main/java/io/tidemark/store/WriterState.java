package io.tidemark.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where the writer stands behind one record of the log: what recovery needs in order to read on
 * from there.
 *
 * @param end the last record that is counted in, NONE before the first
 * @param commit the last commit's record
 * @param committedSavepoints as of that commit
 * @param savepoints with those of the open step
 * @param head the last row record
 * @param rowCount rows, those of the open step included
 * @param stepStart the record that ended the step before: a commit's or an abort's
 * @param lastSavepoint the record of the savepoint taken last
 * @param openStep whether the open step has any records
 * @param voidTail whether the log ends with records of a step that was given up
 */
record WriterState(
    long end,
    long commit,
    Savepoints committedSavepoints,
    Savepoints savepoints,
    long head,
    long rowCount,
    long stepStart,
    long lastSavepoint,
    boolean openStep,
    boolean voidTail) {
  static final WriterState START =
      new WriterState(
          Address.NONE,
          Address.NONE,
          new Savepoints(),
          new Savepoints(),
          Address.NONE,
          0,
          Address.NONE,
          Address.NONE,
          false,
          false);

  /** Records from this address on are read when the writer goes on from here. */
  long oldestRead() {
    return Math.min(
        Math.min(end, commit),
        Math.min(committedSavepoints.oldestAddress(), savepoints.oldestAddress()));
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(end);
    out.writeLong(commit);
    committedSavepoints.write(out);
    savepoints.write(out);
    out.writeLong(head);
    out.writeLong(rowCount);
    out.writeLong(stepStart);
    out.writeLong(lastSavepoint);
    out.writeBoolean(openStep);
    out.writeBoolean(voidTail);
  }

  static WriterState read(DataInput in) throws IOException {
    return new WriterState(
        in.readLong(),
        in.readLong(),
        Savepoints.read(in),
        Savepoints.read(in),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readBoolean(),
        in.readBoolean());
  }
}
