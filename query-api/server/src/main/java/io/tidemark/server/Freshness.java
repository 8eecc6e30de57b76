package io.tidemark.server;

import io.tidemark.log.Position;
import java.util.Arrays;

/**
 * Where a view's logs ended at what time, so that a position tells how old it is. Thread-safe: one
 * thread adds, any thread asks.
 *
 * <p>A shard that reflects a sample reflects every event that had been acknowledged when the sample
 * was taken, so it is at most as stale as the sample is old. Old samples are thinned out, so the
 * window grows and the answer gets coarser, but it stays an upper bound.
 */
final class Freshness {
  /** The age of a position that is older than every sample. */
  static final long UNKNOWN = -1;

  private static final int CAPACITY = 512;

  /**
   * Where the logs ended.
   *
   * @param takenNs when the look-up began, by {@link System#nanoTime}
   */
  record Sample(long takenNs, Position ends) {}

  private volatile Sample[] samples = {};

  /** Adds a sample that is newer than all before it. */
  void add(Sample sample) {
    Sample[] old = samples;
    if (old.length > 0 && old[old.length - 1].ends().equals(sample.ends())) {
      // The same position, known to be the end at a later time.
      Sample[] same = old.clone();
      same[same.length - 1] = sample;
      samples = same;
      return;
    }
    Sample[] kept = old.length < CAPACITY ? old : thinned(old);
    Sample[] next = Arrays.copyOf(kept, kept.length + 1);
    next[kept.length] = sample;
    samples = next;
  }

  private static Sample[] thinned(Sample[] all) {
    Sample[] kept = new Sample[all.length - all.length / 4];
    int count = 0;
    for (int i = 0; i < all.length; i++) {
      if (i >= all.length / 2 || i % 2 == 1) {
        kept[count++] = all[i];
      }
    }
    return Arrays.copyOf(kept, count);
  }

  /** How stale a shard is at most that reflects that position, in milliseconds, or UNKNOWN. */
  long stalenessMs(Position reflected, long nowNs) {
    Sample[] all = samples;
    int low = 0;
    int high = all.length;
    // Samples only grow, so those that are covered come first.
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (reflected.covers(all[middle].ends())) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? UNKNOWN : Math.max(0, nowNs - all[low - 1].takenNs()) / 1_000_000;
  }
}
