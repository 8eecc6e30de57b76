package io.tidemark.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys that were written between two commits, and the rows that both have for them; see {@link
 * Snapshot#changesSince}. Not thread-safe. Each call throws what calls of the two snapshots throw.
 *
 * <p>It walks the history backward, from row record to row record. Of a key's records only the one
 * that the later commit shows is told, so that no list of keys has to be kept, however many there
 * are. Compaction may have copied that record; then what it says is compared instead of where it
 * is.
 */
public final class ChangeCursor {
  private final Snapshot from;
  private final Snapshot to;
  private final long end;
  private long at;
  private byte[] key = LogRecord.NO_BYTES;
  private byte @Nullable [] value;

  /**
   * @param head the last row record that the later commit has
   * @param end the earlier commit: what it has lies before it
   */
  ChangeCursor(Snapshot from, Snapshot to, long head, long end) {
    this.from = from;
    this.to = to;
    this.end = end;
    this.at = head;
  }

  /**
   * Goes to the next key, in no order.
   *
   * @return whether there is one
   * @throws StoreException VERSION_GONE when the history between the two commits is not whole
   */
  public boolean next() {
    while (at > end) {
      LogRecord record = to.record(at);
      if (record == null) {
        throw new StoreException(
            StoreException.Kind.VERSION_GONE,
            "What was written since commit " + from.step() + " is no longer kept");
      }
      at = record.back();
      boolean shown = to.shows(record);
      // Asked afterward: as long as the earlier commit is held, no tombstone behind it goes.
      from.requireOpen();
      if (shown) {
        key = record.key();
        value = record.kind() == LogRecord.Kind.PUT ? record.value() : null;
        return true;
      }
    }
    return false;
  }

  /** The key. */
  public byte[] key() {
    return key;
  }

  /** The row that the later commit has, null for none. */
  public byte @Nullable [] value() {
    return value;
  }

  /** Whether the earlier commit has the same row, so that nothing has changed in the end. */
  public boolean isUnchanged() {
    return Arrays.equals(from.get(key), value);
  }
}
