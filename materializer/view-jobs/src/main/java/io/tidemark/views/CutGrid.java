package io.tidemark.views;

import java.io.Serializable;

/**
 * The times of day at which exact views are meant to be cut: the multiples of their interval. Jobs
 * that know nothing of each other so cut one log at the same offsets, and a snapshot over their
 * views finds a position at which all of them stood, though events keep coming.
 *
 * <p>A cut at a time means: what was appended before, and nothing of what came later. Appends take
 * a moment to get to the jobs, so the barrier follows the time by {@link #slackMs}. Nothing rests
 * on this but how often the cuts of two jobs meet: an event that is later still is behind the cut
 * of the one and perhaps not of the other, and the positions that the two tell differ.
 *
 * @param intervalMs from one cut to the next
 */
record CutGrid(long intervalMs) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Most appends are with the jobs by then, on an idle machine: see docs/performance.md. */
  private static final long USUAL_SLACK_MS = 10;

  /** Nearly all are by then, on a busy one. */
  private static final long MOST_SLACK_MS = 100;

  /**
   * How long after its time a cut is made: a tenth of the interval, and more of a short one, which
   * is the price of meeting at all.
   */
  long slackMs() {
    return Math.max(
        Math.min(USUAL_SLACK_MS, intervalMs / 5), Math.min(MOST_SLACK_MS, intervalMs / 10));
  }

  /** The first time of the grid that is later than that one. */
  long after(long epochMs) {
    return (Math.floorDiv(epochMs, intervalMs) + 1) * intervalMs;
  }

  /** The same grid with only each so-many-th of its times. */
  CutGrid every(int times) {
    return new CutGrid(intervalMs * times);
  }
}
