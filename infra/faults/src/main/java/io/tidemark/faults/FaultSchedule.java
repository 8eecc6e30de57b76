package io.tidemark.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * Injects faults one after the other: each kind once, in an order that the seed gives, then any of
 * them, until time is up. Not thread-safe.
 */
final class FaultSchedule {
  private static final int LEAST_PAUSE_MS = 2_000;
  private static final int MOST_PAUSE_MS = 9_000;

  private final Map<FaultKind, Deployment.Fault> faults;
  private final Random random;
  private final Consumer<String> progress;
  private final Map<FaultKind, Integer> injected = new EnumMap<>(FaultKind.class);

  /**
   * A schedule of those faults.
   *
   * @param progress is told what has been done
   */
  FaultSchedule(Map<FaultKind, Deployment.Fault> faults, Random random, Consumer<String> progress) {
    this.faults = faults;
    this.random = random;
    this.progress = progress;
  }

  /** Injects faults for so long, and each kind at least once; or until the latch is open. */
  void run(Duration length, CountDownLatch end) throws Exception {
    long beginNs = System.nanoTime();
    List<FaultKind> first = new ArrayList<>(faults.keySet());
    Collections.shuffle(first, random);
    List<FaultKind> kinds = List.copyOf(first);
    while (!first.isEmpty() || System.nanoTime() - beginNs < length.toNanos()) {
      if (Moments.pass(Moments.between(random, LEAST_PAUSE_MS, MOST_PAUSE_MS), end)) {
        return;
      }
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
