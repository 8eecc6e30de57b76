package io.tidemark.store;

import java.util.Arrays;
import java.util.List;

/**
 * Recent changes of the ordered index, in memory, for one writer and any number of readers: in the
 * order of arrival, and sorted as far as readers have asked for it.
 *
 * <p>The writer only notes what arrives, for some nanoseconds. A reader sorts what has arrived
 * since the last one looked, and leaves it to the next in a handful of sorted arrays, each at least
 * twice as long as the next newer one. So a load that nobody reads pays nothing here, and what is
 * put into a file is sorted by whoever writes that. What is published is never changed.
 */
final class RecentKeys {
  private static final int FIRST_CAPACITY = 64;

  /** So many are sorted by each reader for itself: it is not worth an array. */
  private static final int SMALL = 64;

  /** What has arrived, up to a count, sorted; the largest and oldest array first. */
  private record View(Sorted[] arrays, int covered) {}

  private record Sorted(byte[][] keys, long[] heads, boolean[] removed) {
    int size() {
      return keys.length;
    }

    int compare(int mine, Sorted other, int theirs) {
      return compareKeys(keys[mine], heads[mine], other.keys[theirs], other.heads[theirs]);
    }

    /** The first key that is not below this one. */
    int find(byte[] key) {
      long head = KeyHead.of(key, 0, key.length);
      int low = 0;
      int high = keys.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (compareKeys(keys[middle], heads[middle], key, head) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }

  /** Entries up to the count are never changed again. */
  private record Arrivals(byte[][] keys, boolean[] removed) {
    Sorted sort(int from, int to) {
      if (to - from > SMALL) {
        int middle = (from + to) >>> 1;
        return merge(sort(from, middle), sort(middle, to));
      }
      return sortSmall(from, to);
    }

    /** Of each key the last entry. */
    private Sorted sortSmall(int from, int to) {
      long[] heads = new long[to - from];
      int[] order = new int[to - from];
      int kept = 0;
      for (int entry = from; entry < to; entry++) {
        byte[] key = keys[entry];
        long head = KeyHead.of(key, 0, key.length);
        heads[entry - from] = head;
        int low = 0;
        int high = kept;
        while (low < high) {
          int middle = (low + high) >>> 1;
          int at = order[middle];
          if (compareKeys(keys[at], heads[at - from], key, head) < 0) {
            low = middle + 1;
          } else {
            high = middle;
          }
        }
        boolean again = low < kept && Arrays.equals(keys[order[low]], key);
        if (!again) {
          System.arraycopy(order, low, order, low + 1, kept - low);
          kept++;
        }
        order[low] = entry;
      }
      Sorted sorted = new Sorted(new byte[kept][], new long[kept], new boolean[kept]);
      for (int i = 0; i < kept; i++) {
        sorted.keys[i] = keys[order[i]];
        sorted.heads[i] = heads[order[i] - from];
        sorted.removed[i] = removed[order[i]];
      }
      return sorted;
    }
  }

  private volatile View view = new View(new Sorted[0], 0);
  private volatile Arrivals arrivals =
      new Arrivals(new byte[FIRST_CAPACITY][], new boolean[FIRST_CAPACITY]);

  /** Written behind the entries that it counts. */
  private volatile int count;

  private static int compareKeys(byte[] one, long oneHead, byte[] other, long otherHead) {
    return oneHead == otherHead
        ? Arrays.compareUnsigned(one, other)
        : Long.compare(oneHead, otherHead);
  }

  /** Notes that the key is there, or is removed. By one thread at a time. */
  void put(byte[] key, boolean removed) {
    Arrivals now = arrivals;
    int place = count;
    if (place == now.keys.length) {
      now = new Arrivals(Arrays.copyOf(now.keys, 2 * place), Arrays.copyOf(now.removed, 2 * place));
      arrivals = now;
    }
    now.keys[place] = key;
    now.removed[place] = removed;
    count = place + 1;
  }

  private static Sorted[] push(Sorted[] arrays, Sorted newest) {
    Sorted merged = newest;
    int left = arrays.length;
    while (left > 0 && arrays[left - 1].size() < 2 * merged.size()) {
      left--;
      merged = merge(arrays[left], merged);
    }
    Sorted[] all = Arrays.copyOf(arrays, left + 1);
    all[left] = merged;
    return all;
  }

  private static Sorted merge(Sorted older, Sorted newer) {
    int most = older.size() + newer.size();
    byte[][] keys = new byte[most][];
    long[] heads = new long[most];
    boolean[] removed = new boolean[most];
    int size = 0;
    int o = 0;
    int n = 0;
    while (o < older.size() || n < newer.size()) {
      int order = o == older.size() ? 1 : n == newer.size() ? -1 : older.compare(o, newer, n);
      Sorted from = order < 0 ? older : newer;
      int at = order < 0 ? o : n;
      keys[size] = from.keys[at];
      heads[size] = from.heads[at];
      removed[size] = from.removed[at];
      size++;
      o += order <= 0 ? 1 : 0;
      n += order >= 0 ? 1 : 0;
    }
    return size == most
        ? new Sorted(keys, heads, removed)
        : new Sorted(
            Arrays.copyOf(keys, size), Arrays.copyOf(heads, size), Arrays.copyOf(removed, size));
  }

  /** How many times something has been put. */
  int size() {
    return count;
  }

  /** Adds what has the keys from this one on, the newest first. */
  void addTo(List<KeySource> newestFirst, byte[] from) {
    View known = view;
    // Before the arrivals, which have at least that many then.
    int arrived = count;
    if (arrived > known.covered) {
      Sorted newest = arrivals.sort(known.covered, arrived);
      if (arrived - known.covered > SMALL) {
        View sorted = new View(push(known.arrays, newest), arrived);
        // Should another reader do the same at this moment, one of them was in vain.
        view = sorted;
        known = sorted;
      } else {
        add(newestFirst, newest, from);
      }
    }
    for (int i = known.arrays.length - 1; i >= 0; i--) {
      add(newestFirst, known.arrays[i], from);
    }
  }

  private static void add(List<KeySource> newestFirst, Sorted keys, byte[] from) {
    int first = keys.find(from);
    if (first < keys.size()) {
      newestFirst.add(new Source(keys, first));
    }
  }

  private static final class Source extends KeySource {
    private final Sorted from;
    private int at;

    Source(Sorted from, int first) {
      this.from = from;
      this.at = first;
      show();
    }

    @Override
    boolean advance() {
      if (at + 1 == from.size()) {
        return false;
      }
      at++;
      show();
      return true;
    }

    private void show() {
      key = from.keys[at];
      keyLength = key.length;
      removed = from.removed[at];
    }
  }
}
