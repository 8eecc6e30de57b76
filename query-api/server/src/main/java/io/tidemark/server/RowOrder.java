package io.tidemark.server;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.store.Snapshot;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes sure that rows which several partitions feed do not show an event without another one that
 * had been acknowledged before it began. Used by one thread after the other.
 *
 * <p>A job reads the partitions of a log each at its own pace, so a row can show the later of two
 * events alone for a while. But a row that had not been written between a moment before the look at
 * the logs' ends and the moment when the view reflects these ends has no such events: whatever it
 * shows had been in the logs when the look began, and whatever had been in the logs by then it
 * shows. So it is the row of one moment within the request, and the read is linearizable. The idea
 * is that of the double collect of an atomic snapshot (Y. Afek et al., "Atomic snapshots of shared
 * memory", J. ACM, 1993), with a row's last commit for the second one.
 */
final class RowOrder {
  private final Map<Shard, Snapshot> before = new HashMap<>();
  private final int tries;
  private boolean kept = true;

  private RowOrder(List<Selection> selections, int tries) {
    this.tries = tries;
    for (Selection selection : selections) {
      for (Shard shard : selection.shards()) {
        // Of one that is not open yet nothing is known: its rows are read a second time.
        if (shard.isOpen()) {
          before.put(shard, shard.read((snapshot, state) -> snapshot));
        }
      }
    }
  }

  /** Remembers what is visible now; the logs' ends must be looked up after this. */
  static RowOrder beforeLookUp(List<Selection> selections) {
    return new RowOrder(selections, 1);
  }

  /** The same once more, since the rows that have been read by this one were too new. */
  RowOrder again(List<Selection> selections) {
    return new RowOrder(selections, tries + 1);
  }

  /** These keys' rows are read, after the view has come to the logs' ends. */
  void readAfterLookUp(Shard shard, Snapshot snapshot, Collection<byte[]> keys) {
    Snapshot earlier = before.get(shard);
    kept &=
        earlier != null
            && keys.stream().noneMatch(key -> snapshot.mayHaveWrittenSince(key, earlier));
  }

  /** Whether all rows that were read are those of one moment. */
  boolean isKept() {
    return kept;
  }

  /** What to say when the time is over. */
  TidemarkException late(ReadOptions options) {
    return new TidemarkException(
        ErrorCode.ORDER_NOT_CONFIRMED,
        ("within %d ms the rows were read %d times, and had changed each time since the logs' ends"
                + " were looked up, so that they may show an event without one that was"
                + " acknowledged before it began; allow more time, ask for fewer rows at once, or"
                + " read without confirm=order")
            .formatted(options.timeoutMs(), tries));
  }
}
