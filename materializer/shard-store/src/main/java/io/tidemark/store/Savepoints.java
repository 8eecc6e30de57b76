package io.tidemark.store;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names of earlier states: id to the address of the last row record of that state. Ids grow with
 * the history, so that "newest with an id of at most n" and "newest state before n" mean the same.
 */
final class Savepoints {
  private final TreeMap<Long, Long> heads;

  /** Ids below this one have been pruned, apart from the one that stands for it. */
  private long prunedBelow;

  Savepoints() {
    this(new TreeMap<>(), 0);
  }

  private Savepoints(TreeMap<Long, Long> heads, long prunedBelow) {
    this.heads = heads;
    this.prunedBelow = prunedBelow;
  }

  Savepoints copy() {
    return new Savepoints(new TreeMap<>(heads), prunedBelow);
  }

  /**
   * Throws when the id is not above those there are. The newest id itself may be taken again: it
   * moves to now.
   */
  void checkNext(long id) {
    if (id <= 0) {
      throw new IllegalArgumentException("A savepoint's id must be positive, is " + id);
    }
    if (!heads.isEmpty() && heads.lastKey() > id) {
      throw new IllegalArgumentException(
          "Savepoint " + id + " comes after savepoint " + heads.lastKey() + "; ids must grow");
    }
  }

  void add(long id, long head) {
    heads.put(id, head);
  }

  /**
   * Where the newest savepoint with an id of at most this one stands; NONE, the empty state, when
   * there is none.
   *
   * @throws StoreException SAVEPOINT_GONE when there was one
   */
  long headAt(long id) {
    Map.Entry<Long, Long> found = heads.floorEntry(id);
    if (found != null) {
      return found.getValue();
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
    heads.tailMap(id, false).clear();
    if (heads.isEmpty()) {
      // The history starts anew here, and so may the ids.
      prunedBelow = 0;
    }
  }

  /** Forgets what no rollback to this id or a later one needs. */
  void prune(long olderThan) {
    Long needed = heads.floorKey(olderThan);
    if (needed != null && !heads.headMap(needed, false).isEmpty()) {
      heads.headMap(needed, false).clear();
      prunedBelow = needed;
    }
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(Long.BYTES * (1 + 2 * heads.size())).putLong(prunedBelow);
    heads.forEach((id, head) -> out.putLong(id).putLong(head));
    return out.array();
  }

  static Savepoints decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Savepoints savepoints = new Savepoints(new TreeMap<>(), in.getLong());
    while (in.hasRemaining()) {
      savepoints.heads.put(in.getLong(), in.getLong());
    }
    return savepoints;
  }
}
