package io.tidemark.bench.run;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Waits until the machine's processors are at rest: what a process has just done goes on in its
 * compiler, its collector and its files, and would be counted against whoever is measured next.
 */
public final class Calm {
  /** How long it is waited for at most. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The share of all processors that several processes may take that only wait. */
  private static final double REST = 0.15;

  private static final int LOOK_EVERY_MS = 500;
  private static final int LOOKS_AT_REST = 4;

  private Calm() {}

  /** Returns when there is rest, with true, or at the limit, with false. */
  public static boolean await() throws InterruptedException {
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long beganNs = System.nanoTime();
    // It tells the load since it was last asked.
    machine.getCpuLoad();
    int atRest = 0;
    while (atRest < LOOKS_AT_REST) {
      if (System.nanoTime() - beganNs > LIMIT.toNanos()) {
        return false;
      }
      Thread.sleep(LOOK_EVERY_MS);
      atRest = machine.getCpuLoad() <= REST ? atRest + 1 : 0;
    }
    return true;
  }
}
