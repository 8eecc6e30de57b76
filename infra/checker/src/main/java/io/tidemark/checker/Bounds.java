package io.tidemark.checker;

import io.tidemark.log.Position;
import org.jspecify.annotations.Nullable;

/**
 * A range given by times and positions.
 *
 * @param ackedBeforeNs it must reflect what was acknowledged before this time
 * @param atLeast it must reflect what is below this position
 * @param startedByNs it may reflect only what was begun by this time
 * @param cut it must reflect exactly what is below this position; null when that is not asked
 */
record Bounds(long ackedBeforeNs, Position atLeast, long startedByNs, @Nullable Position cut)
    implements Range {
  /** Anything that was begun when the read ended. */
  static Bounds of(Read read) {
    return new Bounds(Long.MIN_VALUE, Position.empty(), read.call().endNs(), null);
  }

  Bounds ackedBefore(long timeNs) {
    return new Bounds(timeNs, atLeast, startedByNs, cut);
  }

  Bounds atLeast(Position position) {
    return new Bounds(ackedBeforeNs, position, startedByNs, cut);
  }

  Bounds exactly(Position position) {
    return new Bounds(ackedBeforeNs, atLeast, startedByNs, position);
  }

  @Override
  public int lower(Lane lane) {
    if (cut != null) {
      return lane.below(cut.offset(lane.log, lane.partition));
    }
    return Math.max(
        lane.acknowledgedBefore(ackedBeforeNs),
        lane.below(atLeast.offset(lane.log, lane.partition)));
  }

  @Override
  public int upper(Lane lane) {
    return cut != null
        ? lane.below(cut.offset(lane.log, lane.partition))
        : Math.max(lower(lane), lane.startedBy(startedByNs));
  }

  @Override
  public boolean requires(Known unplaced) {
    Position token = unplaced.append().token();
    Position reached = cut == null ? atLeast : cut;
    return (cut == null && unplaced.ackNs() < ackedBeforeNs)
        || (!token.isEmpty() && reached.covers(token));
  }

  @Override
  public boolean allows(Known unplaced) {
    return unplaced.startNs() <= startedByNs;
  }
}
