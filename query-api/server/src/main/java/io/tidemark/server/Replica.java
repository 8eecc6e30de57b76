package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.log.changelog.EpochOrder;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.store.ShardStore;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's copy of one shard: what the records of a changelog do to a store, and when readers see
 * it. Knows neither Kafka nor threads; used by one thread.
 *
 * <p>Invariants, and what breaks without them:
 *
 * <ul>
 *   <li>Rows become visible at a progress, all at once: otherwise a reader sees half of a tick.
 *   <li>Records of any epoch but the current one are dropped: otherwise a writer that has been
 *       superseded changes rows behind the back of its successor.
 *   <li>A new epoch goes back to the checkpoint that its job was restored from, and is built behind
 *       what is visible until it has caught up with its target and with everything that readers
 *       have seen: otherwise they see the past again while the job recomputes it.
 *   <li>The frontier never moves back.
 *   <li>What is not committed is read again after a restart, from the offset behind the last
 *       commit.
 * </ul>
 */
final class Replica {
  private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
  private static final long NONE = -1;

  /** A changelog record and where it lies. */
  record Entry(long offset, ChangelogRecord record) {}

  private final String name;
  private final ShardStore store;
  private ReplicaState visible;

  private long nextOffset;
  private long epoch;
  private @Nullable EpochStart start;
  private Position target = Position.empty();

  /** Whether the current epoch is built behind what readers see. */
  private boolean shadow;

  /** The progress that everything applied belongs to; {@code null} while rows have followed it. */
  private ChangelogRecord.@Nullable Reached tip;

  /** Goes on where the store's metadata says. The name is for messages. */
  Replica(String name, ShardStore store) {
    this.name = name;
    this.store = store;
    this.visible = ReplicaState.fromBytes(store.metadata());
    reset();
  }

  /** What readers see. */
  ReplicaState visible() {
    return visible;
  }

  /** The changelog offset of the next record to apply. */
  long nextOffset() {
    return nextOffset;
  }

  /** Whether an epoch is being built behind what readers see. */
  boolean shadow() {
    return shadow;
  }

  /**
   * Applies records in the order of their offsets. Of several progresses only the last becomes
   * visible: the others were true, but nobody has seen them.
   */
  void apply(List<Entry> entries) {
    boolean[] overtaken = overtaken(entries);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      apply(entry.offset(), entry.record(), overtaken[i]);
    }
  }

  /** For each progress, whether a later one of the same epoch follows before a new epoch begins. */
  private static boolean[] overtaken(List<Entry> entries) {
    boolean[] overtaken = new boolean[entries.size()];
    long later = NONE;
    for (int i = entries.size() - 1; i >= 0; i--) {
      ChangelogRecord record = entries.get(i).record();
      if (record instanceof ChangelogRecord.Epoch) {
        later = NONE;
      } else if (record instanceof ChangelogRecord.Reached) {
        overtaken[i] = record.epoch() == later;
        later = record.epoch();
      }
    }
    return overtaken;
  }

  private void apply(long offset, ChangelogRecord record, boolean overtaken) {
    nextOffset = offset + 1;
    if (record instanceof ChangelogRecord.Epoch begin) {
      begin(begin);
    } else if (record.epoch() != epoch) {
      LOG.debug("{}: dropped a record of epoch {} at {}", name, record.epoch(), offset);
    } else if (record instanceof ChangelogRecord.Row row) {
      tip = null;
      if (row.value() == null) {
        store.delete(row.key());
      } else {
        store.put(row.key(), row.value());
      }
    } else if (record instanceof ChangelogRecord.Reached reached) {
      tip = reached;
      if (!overtaken) {
        show();
      }
    } else if (record instanceof ChangelogRecord.Mark mark) {
      store.savepoint(mark.mark().getCheckpoint());
      if (mark.mark().getOldestRetained() > 0) {
        store.pruneSavepoints(mark.mark().getOldestRetained());
      }
    }
  }

  private void begin(ChangelogRecord.Epoch begin) {
    if (start != null && !EpochOrder.supersedes(begin.start(), start)) {
      LOG.info("{}: refused epoch {} of an older job", name, begin.epoch());
      return;
    }
    store.rollbackTo(begin.start().getRestoredCheckpoint());
    epoch = begin.epoch();
    start = begin.start();
    // Readers have seen the frontier: an epoch that covers less must stay behind it.
    target = begin.target().merge(visible.frontier());
    tip = null;
    shadow = visible.visible();
    LOG.info(
        "{}: epoch {} begins, generation {} from checkpoint {}{}",
        name,
        epoch,
        begin.start().getGeneration(),
        begin.start().getRestoredCheckpoint(),
        shadow ? ", behind what is visible" : "");
  }

  /** Makes everything applied visible, if readers may see it. */
  private void show() {
    ChangelogRecord.Reached reached = tip;
    if (reached == null) {
      return;
    }
    Position position = reached.position();
    if (shadow && !position.covers(target)) {
      return;
    }
    Position frontier = visible.frontier().merge(position);
    ReplicaState next =
        new ReplicaState(
            nextOffset,
            epoch,
            start,
            target,
            frontier,
            reached.progress().getExact() && position.covers(frontier),
            reached.progress().getCut());
    store.commit(next.toBytes());
    visible = next;
    shadow = false;
  }

  /**
   * The target that the last progress does not cover. Where only a gap without events is missing
   * the source never gets there, so somebody has to look, and to {@link #lowerTarget}.
   */
  @Nullable Missing missing() {
    return tip == null || tip.position().covers(target)
        ? null
        : new Missing(epoch, tip.position(), target);
  }

  /** A target and how far the epoch has come. */
  record Missing(long epoch, Position reached, Position target) {}

  /** The epoch's target, without what is only a gap. */
  @SuppressWarnings("ReferenceEquality") // the very target that was looked into, no other
  void lowerTarget(Missing missing, Position lowered) {
    if (missing.epoch() == epoch && missing.target() == target && !lowered.equals(target)) {
      target = lowered;
      show();
    }
  }

  /** Drops what is not visible and goes back to where it begins. */
  void abort() {
    store.abort();
    reset();
  }

  private void reset() {
    nextOffset = visible.nextOffset();
    epoch = visible.epoch();
    start = visible.start();
    target = visible.target();
    shadow = false;
    tip = null;
  }
}
