package io.tidemark.views;

import io.tidemark.log.Position;

/**
 * When a writer tells its rows and its progress while its epoch has not covered its target: until
 * then a reader that knows an earlier epoch shows nothing of this one, and one that knows none says
 * that the view is being built. Of a row that changes meanwhile only the last state matters, so the
 * rows wait: written at every tick, nearly every event of a full log would be a row of its own, for
 * the writer, for Kafka and for every replica.
 *
 * <p>They wait until one of these:
 *
 * <ul>
 *   <li>The position covers the target. From then on every step is told at once.
 *   <li>Telling is cheap: of {@value #CHEAP} rows that came since the last time at most one would
 *       be written. So a view with few keys tells how far it is many times a second.
 *   <li>A checkpoint's barrier, since its mark speaks of the rows anyway.
 *   <li>{@value #LONGEST_SECONDS} seconds have passed. More often would cost what the waiting
 *       spares: a hundred thousand keys take about a second to change once each, and are then
 *       written every second.
 *   <li>The source has come no closer to the target for a second. When it does not for {@value
 *       #LOST_SECONDS}, which is more than it takes to begin or to find a partition's next leader,
 *       it may never get there, as where retention has deleted a log's last events meanwhile: then
 *       this is over as if it had.
 * </ul>
 *
 * <p>Reads no clock, but is called every second that the task's thread is free: the time of day may
 * jump, and a source is not slow because the thread was busy. Not thread-safe.
 */
final class CatchUp {
  static final int CHEAP = 10;
  static final int LONGEST_SECONDS = 5;
  static final int LOST_SECONDS = 30;

  private final Position target;
  private final long wanted;
  private long covered;
  private long coveredBefore;
  private int secondsSinceTold;
  private int secondsStill;
  private boolean over;

  CatchUp(Position target) {
    this.target = target;
    this.wanted = covered(target);
    this.over = wanted == 0;
  }

  /** Whether every step is told at once. */
  boolean over() {
    return over;
  }

  /**
   * The position has moved.
   *
   * @param cost records that would have to be written to tell it
   * @param rows that have come since it was told last
   * @return whether to tell it now
   */
  boolean moved(Position reached, long cost, long rows) {
    if (over) {
      return true;
    }
    covered = covered(reached);
    over = covered == wanted;
    return over || cost * CHEAP <= rows;
  }

  /** The position has been told. */
  void told() {
    secondsSinceTold = 0;
  }

  /**
   * Another second has passed.
   *
   * @return whether to tell now what has not been told
   */
  boolean second() {
    secondsSinceTold++;
    secondsStill = covered == coveredBefore ? secondsStill + 1 : 0;
    coveredBefore = covered;
    over |= secondsStill >= LOST_SECONDS;
    return over || secondsStill > 0 || secondsSinceTold >= LONGEST_SECONDS;
  }

  /** How much of the target that position is, in offsets. */
  private long covered(Position reached) {
    long[] sum = {0};
    target.forEach(
        (log, partition, offset) -> sum[0] += Math.min(offset, reached.offset(log, partition)));
    return sum[0];
  }
}
