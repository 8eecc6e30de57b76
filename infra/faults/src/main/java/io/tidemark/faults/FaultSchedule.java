package io.tidemark.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Injects faults one after the other: each kind once, in an order that the seed gives, then any of
 * them, until time is up. Not thread-safe.
 */
final class FaultSchedule {
  private static final int LEAST_PAUSE_MS = 1_000;
  private static final Duration RECOVERY_PATIENCE = Duration.ofSeconds(60);

  private final Map<FaultKind, Deployment.Fault> faults;
  private final Duration longestPause;
  private final Moments.Condition recovered;
  private final Random random;
  private final Consumer<String> progress;
  private final Map<FaultKind, Integer> injected = new EnumMap<>(FaultKind.class);

  /**
   * A schedule of those faults.
   *
   * @param longestPause between two of them
   * @param recovered whether the system does all that it should. It is mostly waited for before the
   *     next fault: what is never up for long has little to lose
   * @param progress is told what has been done
   */
  FaultSchedule(
      Map<FaultKind, Deployment.Fault> faults,
      Duration longestPause,
      Moments.Condition recovered,
      Random random,
      Consumer<String> progress) {
    this.faults = faults;
    this.longestPause = longestPause;
    this.recovered = recovered;
    this.random = random;
    this.progress = progress;
  }

  /** Injects faults for so long, and each kind at least once. */
  void run(Duration length) throws Exception {
    long beginNs = System.nanoTime();
    List<FaultKind> first = new ArrayList<>(faults.keySet());
    Collections.shuffle(first, random);
    List<FaultKind> kinds = List.copyOf(first);
    while (!first.isEmpty() || System.nanoTime() - beginNs < length.toNanos()) {
      if (random.nextInt(4) > 0) {
        Moments.await(RECOVERY_PATIENCE, recovered);
      }
      Moments.pass(Moments.between(random, LEAST_PAUSE_MS, (int) longestPause.toMillis()));
      if (!kinds.isEmpty()) {
        FaultKind kind =
            first.isEmpty() ? kinds.get(random.nextInt(kinds.size())) : first.remove(0);
        inject(kind, beginNs);
      }
    }
  }

  private void inject(FaultKind kind, long beginNs) throws Exception {
    Deployment.Fault fault = faults.get(kind);
    if (fault != null) {
      double atS = (System.nanoTime() - beginNs) / 1e9;
      String done = fault.inject(random);
      injected.merge(kind, 1, Integer::sum);
      progress.accept("%6.1f s  %s: %s".formatted(atS, kind.text(), done));
    }
  }

  /** How many of each kind there were. */
  Map<FaultKind, Integer> injected() {
    return injected;
  }
}
