package io.tidemark.checker;

/** Arithmetic on the columns of rows, where no columns mean that there is no row. */
final class Columns {
  private Columns() {}

  /** What a row shows that reflects both. */
  static long[] add(ViewModel model, long[] a, long[] b) {
    if (a.length == 0) {
      return b;
    }
    return b.length == 0 ? a : model.combine(a, b);
  }

  /** Whether no column of the first is above the second's, and none is missing there. */
  static boolean atMost(long[] a, long[] b) {
    if (a.length > b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (a[i] > b[i]) {
        return false;
      }
    }
    return true;
  }

  /** The smaller of each column; none where one of the two has none. */
  static long[] min(long[] a, long[] b) {
    long[] min = new long[Math.min(a.length, b.length)];
    for (int i = 0; i < min.length; i++) {
      min[i] = Math.min(a[i], b[i]);
    }
    return min;
  }

  /** The greater of each column. */
  static long[] max(long[] a, long[] b) {
    long[] longer = a.length >= b.length ? a : b;
    long[] shorter = a.length >= b.length ? b : a;
    long[] max = longer.clone();
    for (int i = 0; i < shorter.length; i++) {
      max[i] = Math.max(max[i], shorter[i]);
    }
    return max;
  }
}
