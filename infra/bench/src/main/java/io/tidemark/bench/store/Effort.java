package io.tidemark.bench.store;

import java.time.Duration;

/**
 * How long each read is measured.
 *
 * @param forks processes of each; 0 measures in this process, which is only good for a test
 * @param warmups iterations that do not count
 * @param iterations iterations that count, in each process
 * @param iteration how long each is
 */
record Effort(int forks, int warmups, int iterations, Duration iteration) {
  static final Effort FULL = new Effort(1, 2, 3, Duration.ofSeconds(1));
  static final Effort QUICK = new Effort(1, 2, 3, Duration.ofMillis(300));

  Effort withForks(int count) {
    return new Effort(count, warmups, iterations, iteration);
  }

  boolean inThisProcess() {
    return forks == 0;
  }

  String describe() {
    return "%d process(es) a read, each with %d warm-up and %d counted iterations of %,d ms"
        .formatted(forks, warmups, iterations, iteration.toMillis());
  }
}
