package io.tidemark.server;

import io.tidemark.log.Position;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a view's logs ended at what time, so that a position tells how old it is. Thread-safe.
 *
 * <p>A shard that reflects a sample reflects every event that had been acknowledged when the sample
 * was taken, so it is at most as stale as the sample is old. Times are those of {@link
 * System#nanoTime}, which no change of the clock moves. Nothing but a sample makes a shard fresh:
 * while nobody can look at the logs' ends, every shard gets older, also one that has everything.
 *
 * <p>Old samples are thinned out, so the window grows and the answer gets coarser, but it stays an
 * upper bound.
 */
final class Freshness {
  /** The staleness of a position that is older than every sample. */
  static final long UNKNOWN = -1;

  private static final int CAPACITY = 512;

  /**
   * Where the logs ended.
   *
   * @param takenNs when the look-up began, by {@link System#nanoTime}
   */
  record Sample(long takenNs, Position ends) {
    /** How old a shard is at most that reflects this sample, in nanoseconds. */
    long ageNs(long nowNs) {
      return Math.max(0, nowNs - takenNs);
    }
  }

  private volatile Sample[] samples = {};

  /**
   * Adds a sample. One that is older than the newest says nothing new; and one that ends below the
   * newest is not believed, since logs only grow: whoever answered it had not heard of all that was
   * acknowledged, and a shard that covers it would be called fresher than it is.
   */
  synchronized void add(Sample sample) {
    Sample[] old = samples;
    Sample newest = old.length == 0 ? null : old[old.length - 1];
    if (newest != null
        && (sample.takenNs() - newest.takenNs() <= 0 || !sample.ends().covers(newest.ends()))) {
      return;
    }
    if (newest != null && newest.ends().covers(sample.ends())) {
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

  /** The newest sample; {@code null} before the first. */
  @Nullable Sample newest() {
    Sample[] all = samples;
    return all.length == 0 ? null : all[all.length - 1];
  }

  /** The newest sample that the position covers; {@code null} when it is older than all of them. */
  @Nullable Sample covered(Position reflected) {
    Sample[] all = samples;
    if (all.length > 0 && reflected.covers(all[all.length - 1].ends())) {
      // A shard that keeps up with its logs does.
      return all[all.length - 1];
    }
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
    return low == 0 ? null : all[low - 1];
  }

  /** How stale a shard is at most that reflects that position, in milliseconds, or UNKNOWN. */
  long stalenessMs(Position reflected) {
    Sample covered = covered(reflected);
    return covered == null ? UNKNOWN : roundedUpMs(covered.ageNs(System.nanoTime()));
  }

  /** Whole milliseconds, rounded up, so that the figure stays an upper bound. */
  static long roundedUpMs(long ns) {
    return (ns + 999_999) / 1_000_000;
  }
}
