package io.tidemark.views;

/**
 * When a writer tells its shards a position that it has reached. What it costs stays within bounds,
 * with many ticks as with many shards:
 *
 * <ul>
 *   <li>Shards whose rows have changed are told as soon as Kafka has acknowledged all that was told
 *       before, which takes the longer the busier everything is. So there is not more progress than
 *       rows.
 *   <li>All shards are told when {@value #LONGEST_MS} ms have passed since they were.
 * </ul>
 *
 * <p>Reads no clock. Not thread-safe.
 */
final class ProgressPacer {
  static final int LONGEST_MS = 5;

  /** Whom to tell. */
  enum Whom {
    NOBODY,
    CHANGED,
    ALL
  }

  private long allAtMs;

  /**
   * Whom to tell now.
   *
   * @param quiet whether Kafka has acknowledged everything
   */
  Whom due(long nowMs, boolean quiet) {
    // The time of day may be set back.
    if (nowMs < allAtMs || nowMs - allAtMs >= LONGEST_MS) {
      return Whom.ALL;
    }
    return quiet ? Whom.CHANGED : Whom.NOBODY;
  }

  /** All have been told. */
  void allTold(long nowMs) {
    allAtMs = nowMs;
  }

  /** When all are due. */
  long allDueMs() {
    return allAtMs + LONGEST_MS;
  }
}
