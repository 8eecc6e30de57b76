package io.tidemark.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names of earlier states: id to the address of the last row record of that state. Ids grow with
 * the history, so that "newest with an id of at most n" and "newest state before n" mean the same.
 */
final class Savepoints {
  private final TreeMap<Long, Savepoint> all;

  /** Ids below this one have been pruned, apart from the one that stands for it. */
  private long prunedBelow;

  /**
   * One of them.
   *
   * @param head the last row record of the state
   * @param address of its own record
   * @param step during which it was taken
   */
  record Savepoint(long head, long address, long step) {}

  Savepoints() {
    this(new TreeMap<>(), 0);
  }

  private Savepoints(TreeMap<Long, Savepoint> all, long prunedBelow) {
    this.all = all;
    this.prunedBelow = prunedBelow;
  }

  Savepoints copy() {
    return new Savepoints(new TreeMap<>(all), prunedBelow);
  }

  /**
   * Throws when the id is not above those there are. The newest id itself may be taken again: it
   * moves to now.
   */
  void checkNext(long id) {
    if (id <= 0) {
      throw new IllegalArgumentException("A savepoint's id must be positive, is " + id);
    }
    if (!all.isEmpty() && all.lastKey() > id) {
      throw new IllegalArgumentException(
          "Savepoint " + id + " comes after savepoint " + all.lastKey() + "; ids must grow");
    }
  }

  void add(long id, Savepoint savepoint) {
    all.put(id, savepoint);
  }

  /**
   * Where the newest savepoint with an id of at most this one stands; NONE, the empty state, when
   * there is none.
   *
   * @throws StoreException SAVEPOINT_GONE when there was one
   */
  long headAt(long id) {
    Map.Entry<Long, Savepoint> found = all.floorEntry(id);
    if (found != null) {
      return found.getValue().head();
    }
    if (id > 0 && id < prunedBelow) {
      throw new StoreException(
          StoreException.Kind.SAVEPOINT_GONE,
          "Savepoint "
              + id
              + " cannot be reached: savepoints below "
              + prunedBelow
              + " have been pruned. Roll back to 0, or to a newer savepoint");
    }
    return Address.NONE;
  }

  void forgetAbove(long id) {
    all.tailMap(id, false).clear();
    if (id == 0) {
      // The history starts anew here, and so may the ids.
      prunedBelow = 0;
    }
  }

  /** Forgets what no rollback to this id or a later one needs. */
  void prune(long olderThan) {
    Long needed = all.floorKey(olderThan);
    if (needed != null && !all.headMap(needed, false).isEmpty()) {
      all.headMap(needed, false).clear();
      prunedBelow = needed;
    }
  }

  long prunedBelow() {
    return prunedBelow;
  }

  /** All ids below this one are gone, whatever they stood for. */
  void goneBelow(long id) {
    prunedBelow = Math.max(prunedBelow, id);
  }

  /** The largest id that there is or that has been pruned; 0 when there never was one. */
  long newest() {
    return all.isEmpty() ? prunedBelow : all.lastKey();
  }

  /** The step that no version must be dropped that is needed after it; MAX_VALUE when none. */
  long oldestStep() {
    return all.isEmpty() ? Long.MAX_VALUE : all.firstEntry().getValue().step() - 1;
  }

  /** Records from this address on are needed; MAX_VALUE when there is no savepoint. */
  long oldestAddress() {
    return all.isEmpty() ? Long.MAX_VALUE : all.firstEntry().getValue().address();
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(prunedBelow);
    out.writeInt(all.size());
    for (Map.Entry<Long, Savepoint> each : all.entrySet()) {
      out.writeLong(each.getKey());
      out.writeLong(each.getValue().head());
      out.writeLong(each.getValue().address());
      out.writeLong(each.getValue().step());
    }
  }

  static Savepoints read(DataInput in) throws IOException {
    Savepoints savepoints = new Savepoints(new TreeMap<>(), in.readLong());
    for (int left = in.readInt(); left > 0; left--) {
      savepoints.add(in.readLong(), new Savepoint(in.readLong(), in.readLong(), in.readLong()));
    }
    return savepoints;
  }
}
