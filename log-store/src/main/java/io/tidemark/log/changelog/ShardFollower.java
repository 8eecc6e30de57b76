package io.tidemark.log.changelog;

import io.tidemark.log.Position;
import io.tidemark.schemas.control.EpochStart;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the records of one shard's changelog mean to whoever keeps a copy of the shard, and when
 * others may see it. Knows neither Kafka nor threads nor where the rows are; used by one thread.
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
 *   <li>An epoch that has lost a row is dropped from there on: a broker may refuse a batch of rows
 *       for good and take the progress behind it, and the writer, which fails for that, cannot take
 *       the progress back.
 * </ul>
 */
public final class ShardFollower {
  private static final Logger LOG = LoggerFactory.getLogger(ShardFollower.class);

  /** No offset, so no record is of that epoch. */
  private static final long DROPPED = -2;

  /** The rows, as the follower changes them. */
  public interface Copy {
    /** The new value of a key, {@code null} when it is deleted. Not yet visible. */
    void put(byte[] key, byte @Nullable [] value);

    /** What the rows are now is what that checkpoint contains. */
    void mark(long checkpoint);

    /** Nobody goes back to an older checkpoint than this one any more. */
    void forgetMarksBefore(long oldest);

    /** Makes the rows what they were at the newest mark of at most that checkpoint, 0 for none. */
    void goBackTo(long checkpoint);

    /** Makes all changes so far visible at once, together with what is known of them. */
    void show(ReplicaState state);
  }

  /** A target and how far the epoch has come. */
  public record Missing(long epoch, Position reached, Position target) {}

  private final String name;
  private final Copy copy;
  private ReplicaState visible;

  private long nextOffset;
  private long epoch;
  private @Nullable EpochStart start;
  private Position target;

  /** How many rows of the epoch have been applied. */
  private long rows;

  /** Whether the current epoch is built behind what readers see. */
  private boolean shadow;

  /** The progress that everything applied belongs to; {@code null} while rows have followed it. */
  private ChangelogRecord.@Nullable Reached tip;

  /**
   * Goes on behind what is visible.
   *
   * @param name of the shard, for messages
   * @param copy whose rows are those that are visible, and no others
   */
  public ShardFollower(String name, Copy copy, ReplicaState visible) {
    this(name, copy, visible, visible, false);
  }

  private ShardFollower(
      String name, Copy copy, ReplicaState visible, ReplicaState current, boolean shadow) {
    this.name = name;
    this.copy = copy;
    this.visible = visible;
    this.nextOffset = current.nextOffset();
    this.epoch = current.epoch();
    this.start = current.start();
    this.target = current.target();
    this.rows = current.rows();
    this.shadow = shadow;
  }

  /** What readers see. */
  public ReplicaState visible() {
    return visible;
  }

  /** The changelog offset of the next record to apply. */
  public long nextOffset() {
    return nextOffset;
  }

  /** Whether an epoch is being built behind what readers see. */
  public boolean shadow() {
    return shadow;
  }

  /**
   * Applies the record at that offset, the next in the changelog.
   *
   * @param overtaken for a progress: it need not become visible, since a later one of the same
   *     epoch follows before any other epoch begins
   */
  public void apply(long offset, ChangelogRecord record, boolean overtaken) {
    nextOffset = offset + 1;
    if (record instanceof ChangelogRecord.Epoch begin) {
      begin(begin);
    } else if (record.epoch() != epoch) {
      LOG.debug("{}: dropped a record of epoch {} at {}", name, record.epoch(), offset);
    } else if (record instanceof ChangelogRecord.Row row) {
      tip = null;
      if (rows != ReplicaState.NOT_COUNTED) {
        rows++;
      }
      copy.put(row.key(), row.value());
    } else if (record instanceof ChangelogRecord.Reached reached) {
      reached(offset, reached, overtaken);
    } else if (record instanceof ChangelogRecord.Mark mark) {
      copy.mark(mark.mark().getCheckpoint());
      if (mark.mark().getOldestRetained() > 0) {
        copy.forgetMarksBefore(mark.mark().getOldestRetained());
      }
    }
  }

  private void reached(long offset, ChangelogRecord.Reached reached, boolean overtaken) {
    long told = reached.progress().getRows();
    if (rows == ReplicaState.NOT_COUNTED) {
      rows = told;
    } else if (told != ReplicaState.NOT_COUNTED && told != rows) {
      LOG.warn(
          "{}: epoch {} has {} rows before offset {}, where its writer wrote {}: it is dropped from there on, and the next one awaited",
          name,
          epoch,
          rows,
          offset,
          told);
      epoch = DROPPED;
      tip = null;
      return;
    }
    tip = reached;
    if (!overtaken) {
      show();
    }
  }

  private void begin(ChangelogRecord.Epoch begin) {
    if (start != null && !EpochOrder.supersedes(begin.start(), start)) {
      LOG.info("{}: refused epoch {} of an older job", name, begin.epoch());
      return;
    }
    copy.goBackTo(begin.start().getRestoredCheckpoint());
    epoch = begin.epoch();
    start = begin.start();
    // Readers have seen the frontier: an epoch that covers less must stay behind it.
    target = begin.target().merge(visible.frontier());
    rows = 0;
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
            reached.progress().getCut(),
            rows);
    copy.show(next);
    visible = next;
    shadow = false;
  }

  /**
   * The target that the last progress does not cover. Where only a gap without events is missing
   * the source never gets there, so somebody has to look, and to {@link #lowerTarget}.
   */
  public @Nullable Missing missing() {
    return tip == null || tip.position().covers(target)
        ? null
        : new Missing(epoch, tip.position(), target);
  }

  /** The epoch's target, without what is only a gap. */
  @SuppressWarnings("ReferenceEquality") // the very target that was looked into, no other
  public void lowerTarget(Missing missing, Position lowered) {
    if (missing.epoch() == epoch && missing.target() == target && !lowered.equals(target)) {
      target = lowered;
      show();
    }
  }

  /** For a copy that has dropped what is not visible: goes back to where that begins. */
  public void reset() {
    nextOffset = visible.nextOffset();
    epoch = visible.epoch();
    start = visible.start();
    target = visible.target();
    rows = visible.rows();
    shadow = false;
    tip = null;
  }

  /** For a copy that keeps what is not visible as well: all that {@link #remembering} needs. */
  public byte[] memory() {
    byte[] seen = visible.visible() ? visible.toBytes() : new byte[0];
    byte[] current =
        start == null
            ? new byte[0]
            : new ReplicaState(
                    nextOffset,
                    epoch,
                    start,
                    target,
                    visible.frontier(),
                    false,
                    visible.cut(),
                    rows)
                .toBytes();
    return ByteBuffer.allocate(1 + Integer.BYTES + seen.length + current.length)
        .put((byte) (shadow ? 1 : 0))
        .putInt(seen.length)
        .put(seen)
        .put(current)
        .array();
  }

  /** Goes on where the follower with that {@link #memory} was. */
  public static ShardFollower remembering(String name, Copy copy, byte[] memory) {
    ByteBuffer all = ByteBuffer.wrap(memory);
    boolean shadow = all.get() != 0;
    byte[] seen = new byte[all.getInt()];
    all.get(seen);
    byte[] current = new byte[all.remaining()];
    all.get(current);
    return new ShardFollower(
        name, copy, ReplicaState.fromBytes(seen), ReplicaState.fromBytes(current), shadow);
  }
}
