package io.tidemark.faults;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The schedule of a run: how long something lasts is what is random about it; and waiting. */
final class Moments {
  private static final Duration POLL = Duration.ofMillis(100);

  /** Something that may be true, and may fail as long as it is not. */
  interface Condition {
    boolean holds() throws Exception;
  }

  private Moments() {}

  /** Waits until the condition holds, for so long at most; returns whether it does. */
  static boolean await(Duration patience, Condition condition) throws InterruptedException {
    long deadlineNs = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        if (condition.holds()) {
          return true;
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        // Not yet.
      }
      if (System.nanoTime() - deadlineNs > 0) {
        return false;
      }
      pass(POLL);
    }
  }

  /** A time from the one to the other, in milliseconds. */
  static Duration between(Random random, int leastMs, int mostMs) {
    return Duration.ofMillis(leastMs + random.nextInt(mostMs - leastMs + 1));
  }

  /** Lets it pass. */
  static void pass(Duration time) throws InterruptedException {
    pass(time, new CountDownLatch(1));
  }

  /** Lets it pass, or ends early with the latch; whether it did. */
  static boolean pass(Duration time, CountDownLatch end) throws InterruptedException {
    return end.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }
}
