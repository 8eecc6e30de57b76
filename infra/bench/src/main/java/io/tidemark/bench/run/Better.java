package io.tidemark.bench.run;

/** Which way of a measure is good; neither, where figures near zero make ratios mean nothing. */
public enum Better {
  LOWER,
  HIGHER,
  NEITHER;

  /**
   * How many times better a value is than another; more than 1 is better, whichever way is good.
   * Not a number for {@link #NEITHER}.
   */
  public double times(double value, double than) {
    return switch (this) {
      case LOWER -> than / value;
      case HIGHER -> value / than;
      case NEITHER -> Double.NaN;
    };
  }
}
