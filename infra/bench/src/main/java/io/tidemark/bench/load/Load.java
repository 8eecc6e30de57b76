package io.tidemark.bench.load;

import java.util.List;

/**
 * What a load generator saw in one run.
 *
 * @param requests that were answered
 * @param perSecond requests a second
 * @param p50Micros a latency, as the other two
 * @param failures what went wrong, in words; empty when every request was answered well
 */
public record Load(
    long requests,
    double perSecond,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    List<String> failures) {
  /** A run in which something failed counts for nothing: says so. */
  public Load requireGood() {
    if (!failures.isEmpty() || requests == 0) {
      throw new IllegalStateException(
          requests == 0 ? "no request was answered" : String.join(", ", failures));
    }
    return this;
  }
}
