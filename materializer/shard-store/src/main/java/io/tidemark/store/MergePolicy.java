package io.tidemark.store;

/**
 * Which runs are merged into one, from their sizes. Always the newest ones, from some run on, so
 * that of two runs it stays known which is older.
 *
 * <p><b>While keys are written</b>, a run and all newer ones are merged when the newer ones have
 * grown to its size together. That is counting in binary: after n flushes there are as many runs as
 * n has one-bits, and a key has been written log4(n) + 1 times on average (5 million keys flushed
 * by 32 thousand: 4.7 times, 3.5 runs on average). More than {@link #MAX_RUNS} are not kept even
 * so: then the merge that comes closest to this rule is made, for some percent of writing more.
 *
 * <p><b>When nothing is written</b>, reads are worth more than writes: newer runs are merged into
 * an older one already when it is at most {@link #QUIET_RATIO} times their size. Runs of the same 5
 * million keys then are two or three. A quiet moment costs at most writing nine times what had been
 * written since the last one.
 *
 * <p>A merge whose outcome might be larger than a file may be is not made; the runs that are too
 * large for it stay as they are.
 */
final class MergePolicy {
  static final int MAX_RUNS = 6;
  static final int QUIET_RATIO = 8;

  private MergePolicy() {}

  /**
   * The position of the oldest run to merge with all newer ones, or -1.
   *
   * @param sizes bytes of the runs, oldest first
   * @param maxBytes of all runs that are merged, together
   */
  static int oldestToMerge(long[] sizes, long maxBytes, boolean quiet) {
    int ratio = quiet ? QUIET_RATIO : 1;
    int last = sizes.length - 1;
    int first = last;
    int oldest = -1;
    int closest = -1;
    double closeness = 0;
    long newer = last < 0 ? 0 : sizes[last];
    for (int i = last - 1; i >= 0 && newer + sizes[i] <= maxBytes; i--) {
      if (newer * ratio >= sizes[i]) {
        oldest = i;
      }
      if ((double) newer / sizes[i] >= closeness) {
        closeness = (double) newer / sizes[i];
        closest = i;
      }
      newer += sizes[i];
      first = i;
    }
    if (oldest < 0 && last - first >= MAX_RUNS) {
      return closest;
    }
    return oldest;
  }
}
