package io.tidemark.views;

/**
 * The ticks of one tap: their numbers, and when the next one is due at the latest. Reads no clock.
 * Not thread-safe.
 */
final class Ticks {
  /** The longest that a tick takes while events come. */
  static final int LONGEST_MS = 5;

  /**
   * How far the numbers of two ticks are apart, of which one is due a millisecond later: more ticks
   * than a source can come to rest in it, or their numbers would run ahead of the clock.
   */
  static final int A_MS = 10;

  private final boolean alone;
  private long last;
  private long lastMs;

  /** Whether they are the ticks of the only tap in its job. */
  Ticks(boolean alone) {
    this.alone = alone;
  }

  /**
   * When to tick at the latest, by the time of day. Several taps tick together, so that none waits
   * for another one's tick.
   */
  long dueMs(long nowMs) {
    if (!alone) {
      return even(nowMs) + LONGEST_MS;
    }
    long sinceMs = nowMs - lastMs;
    boolean paused = sinceMs < 0 || sinceMs >= LONGEST_MS;
    return (paused ? nowMs : lastMs) + LONGEST_MS;
  }

  /** The number of the tick that is now. None comes twice, whatever the clock does. */
  long next(long nowMs) {
    last = Math.max(last + 1, (alone ? nowMs : even(nowMs)) * A_MS);
    lastMs = nowMs;
    return last;
  }

  private static long even(long nowMs) {
    return nowMs / LONGEST_MS * LONGEST_MS;
  }
}
