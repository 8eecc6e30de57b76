package io.tidemark.log;

import java.util.function.Supplier;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Time;

/**
 * The time of day at which this was made, moved on by the monotonic clock alone. For those parts of
 * Kafka's clients that can be given a time: they need not be made anew when the time of day is set
 * back. Thread-safe.
 */
final class SteadyTime implements Time {
  private final long beginMs = System.currentTimeMillis();
  private final long beginNs = System.nanoTime();

  @Override
  public long milliseconds() {
    return beginMs + (System.nanoTime() - beginNs) / 1_000_000;
  }

  @Override
  public long nanoseconds() {
    return System.nanoTime();
  }

  @Override
  public void sleep(long ms) {
    Time.SYSTEM.sleep(ms);
  }

  @Override
  public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs)
      throws InterruptedException {
    synchronized (object) {
      while (!condition.get()) {
        long leftMs = deadlineMs - milliseconds();
        if (leftMs <= 0) {
          throw new TimeoutException("the condition did not come about in time");
        }
        object.wait(leftMs);
      }
    }
  }
}
