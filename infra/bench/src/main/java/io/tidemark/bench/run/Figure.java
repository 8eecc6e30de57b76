package io.tidemark.bench.run;

import java.util.Arrays;

/** What was measured, and how far it swung. */
public record Figure(double value, double low, double high) {
  /** A single observation. */
  public static Figure of(double value) {
    return new Figure(value, value, value);
  }

  /** The median of some observations, with the least and the greatest. */
  public static Figure median(double... observations) {
    if (observations.length == 0) {
      throw new IllegalArgumentException("A median needs at least one observation");
    }
    double[] sorted = observations.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Figure(median, sorted[0], sorted[sorted.length - 1]);
  }

  /**
   * The rate of a whole, with the least and the greatest rate of its parts: a stall in one part
   * must not vanish behind a median.
   */
  public static Figure rate(long countOfEach, long... nanos) {
    double[] rates = Arrays.stream(nanos).mapToDouble(ns -> countOfEach * 1e9 / ns).toArray();
    double whole = countOfEach * 1e9 * nanos.length / Arrays.stream(nanos).sum();
    return new Figure(
        whole, Arrays.stream(rates).min().orElseThrow(), Arrays.stream(rates).max().orElseThrow());
  }
}
