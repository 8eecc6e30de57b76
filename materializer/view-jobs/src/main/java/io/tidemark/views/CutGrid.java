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

  /** Most appends are with the jobs by then: see docs/performance.md. */
  private static final long SLACK_MS = 10;

  private static final int LEAST_PART = 5;

  /** How long after its time a cut is made. */
  long slackMs() {
    return Math.min(SLACK_MS, intervalMs / LEAST_PART);
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
