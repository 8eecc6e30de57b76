package io.tidemark.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * What the step that is being built changes in the index: key to new address, or to {@link
 * Address#NONE} when the key is gone. Looked up in this order, each layer hiding those below it:
 *
 * <ol>
 *   <li>the batch in memory, sorted, of bounded size
 *   <li>"everything before the batch is gone" ({@link #clear})
 *   <li>the open transaction into which earlier batches of this step were spilled
 *   <li>the index as of the last commit
 * </ol>
 */
final class PendingRows {
  private final OrderedIndex index;
  private final int maxBatchRows;
  private final Runnable spaceCheck;
  private final TreeMap<byte[], Long> batch = new TreeMap<>(Arrays::compareUnsigned);

  private boolean cleared;
  private @Nullable SpilledStep spilled;
  private OrderedIndex.@Nullable View committed;

  /**
   * @param spaceCheck throws when there is no room to write a batch
   */
  PendingRows(OrderedIndex index, int maxBatchRows, Runnable spaceCheck) {
    this.index = index;
    this.maxBatchRows = maxBatchRows;
    this.spaceCheck = spaceCheck;
  }

  /** The key's address in the step as it is now, or NONE. */
  long address(byte[] key) {
    Long changed = batch.get(key);
    if (changed != null) {
      return changed;
    }
    if (cleared) {
      return Address.NONE;
    }
    if (spilled != null) {
      return index.address(spilled.txn(), key);
    }
    if (committed == null) {
      committed = index.view();
    }
    return committed.address(key);
  }

  /**
   * The key stands at this address now; NONE removes it. The key array must not change afterward.
   */
  void set(byte[] key, long address) {
    batch.put(key, address);
    if (batch.size() >= maxBatchRows) {
      spill();
    }
  }

  /** Removes every row. */
  void clear() {
    batch.clear();
    cleared = true;
  }

  private void spill() {
    spaceCheck.run();
    releaseView();
    if (spilled == null) {
      spilled = SpilledStep.begin(index);
    }
    flushInto(spilled.txn());
  }

  /**
   * Makes the step visible.
   *
   * @param last runs inside the transaction, behind the rows
   */
  void commit(CommitAction last) {
    spaceCheck.run();
    releaseView();
    if (spilled != null) {
      flushInto(spilled.txn());
      last.in(spilled.txn());
      SpilledStep ending = spilled;
      spilled = null;
      ending.commit();
    } else {
      try (Txn<ByteBuffer> txn = index.begin()) {
        flushInto(txn);
        last.in(txn);
        txn.commit();
      } catch (LmdbException e) {
        throw OrderedIndex.failure("commit a step", e);
      }
    }
  }

  private void flushInto(Txn<ByteBuffer> txn) {
    try {
      if (cleared) {
        index.clear(txn);
        cleared = false;
      }
      for (Map.Entry<byte[], Long> row : batch.entrySet()) {
        if (row.getValue() == Address.NONE) {
          index.remove(txn, row.getKey());
        } else {
          index.put(txn, row.getKey(), row.getValue());
        }
      }
    } catch (LmdbException e) {
      throw OrderedIndex.failure("take the rows of a step", e);
    }
    batch.clear();
  }

  /** Forgets the step: the rows are those of the last commit again. */
  void discard() {
    batch.clear();
    cleared = false;
    releaseView();
    if (spilled != null) {
      SpilledStep ending = spilled;
      spilled = null;
      ending.abort();
    }
  }

  /** An open view keeps pages of older commits from being used again. */
  private void releaseView() {
    if (committed != null) {
      committed.release();
      committed = null;
    }
  }

  /** What goes into a step's transaction behind its rows. */
  interface CommitAction {
    void in(Txn<ByteBuffer> txn);
  }
}
