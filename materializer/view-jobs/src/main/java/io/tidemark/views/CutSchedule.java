package io.tidemark.views;

/**
 * When the next cut of a job is due: at once after a pause, and at the times of {@link CutGrid}
 * while events keep coming. Where a cut takes longer than the interval, only every second time is
 * used, or every fourth, and so on: then the cuts of a slow job are still among those of a fast
 * one. Not thread-safe.
 */
final class CutSchedule {
  private static final int MOST = 64;

  /** So many cuts in a row have to take less than a quarter of the time before they come closer. */
  private static final int QUICK = 10;

  private static final int QUARTER = 4;

  private final CutGrid grid;
  private int every = 1;
  private int quick;

  CutSchedule(CutGrid grid) {
    this.grid = grid;
  }

  /** Whether the last cut began so long ago that there has been a pause. */
  boolean isPause(long sinceMs) {
    return sinceMs >= grid.intervalMs();
  }

  /**
   * How long to wait with the next cut while events keep coming.
   *
   * @param sinceMs how long ago the last one began; between two of them lies half an interval at
   *     least
   */
  long delayMs(long nowMs, long sinceMs) {
    long slackMs = grid.slackMs();
    long leastMs = Math.max(0, grid.intervalMs() / 2 - sinceMs);
    long dueMs = grid.every(every).after(nowMs + leastMs - slackMs - 1) + slackMs;
    return dueMs - nowMs;
  }

  /** A cut is over, and took so long. */
  void took(long ms) {
    long stepMs = grid.every(every).intervalMs();
    if (ms > stepMs) {
      every = Math.min(MOST, every * 2);
      quick = 0;
    } else if (ms * QUARTER > stepMs) {
      quick = 0;
    } else if (++quick >= QUICK && every > 1) {
      every /= 2;
      quick = 0;
    }
  }
}
