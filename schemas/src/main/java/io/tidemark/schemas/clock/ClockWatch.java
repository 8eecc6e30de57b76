package io.tidemark.schemas.clock;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the time of day of this process is set back by more than a second, by comparing it
 * with the monotonic clock. Thread-safe. One thread of its own looks several times a second; who
 * wants to know at once looks with {@link #setBacks}.
 */
public final class ClockWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
  private static final long TOLERANCE_MS = 1_000;
  private static final long SLOWEST_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LOOK_EVERY_MS = 200;

  private final LongSupplier timeOfDayMs;
  private final LongSupplier monotonicNs;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  // How far the time of day has been ahead of the monotonic clock, whose zero is anywhere.
  private volatile long highestLeadMs = Long.MIN_VALUE;
  private volatile long setBacks;

  ClockWatch(LongSupplier timeOfDayMs, LongSupplier monotonicNs) {
    this.timeOfDayMs = timeOfDayMs;
    this.monotonicNs = monotonicNs;
    setBacks();
  }

  /** Watches from now on. */
  public static ClockWatch start() {
    ClockWatch watch = new ClockWatch(System::currentTimeMillis, System::nanoTime);
    Thread thread = new Thread(watch::run, "tidemark-clock-watch");
    thread.setDaemon(true);
    thread.start();
    return watch;
  }

  /** How often the time of day has been set back since the watch began. Looks now; cheap. */
  public long setBacks() {
    long nowNs = monotonicNs.getAsLong();
    long leadMs = timeOfDayMs.getAsLong() - TimeUnit.NANOSECONDS.toMillis(nowNs);
    // A thread that was held up between the two has compared different moments.
    boolean valid = monotonicNs.getAsLong() - nowNs < SLOWEST_LOOK_NS;
    if (valid && (leadMs > highestLeadMs || isSetBack(leadMs))) {
      note(leadMs);
    }
    return setBacks;
  }

  private boolean isSetBack(long leadMs) {
    return leadMs + TOLERANCE_MS < highestLeadMs;
  }

  private synchronized void note(long leadMs) {
    if (isSetBack(leadMs)) {
      LOG.warn("The time of day has been set back by {} ms", highestLeadMs - leadMs);
      highestLeadMs = leadMs;
      setBacks++;
    } else {
      highestLeadMs = Math.max(highestLeadMs, leadMs);
    }
  }

  /**
   * Runs that after each time, on the watch's thread: it must not block for long. Returns what ends
   * it.
   */
  public Runnable onSetBack(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void run() {
    long told = 0;
    try {
      while (!closed.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
        long now = setBacks();
        if (now != told) {
          told = now;
          tell();
        }
      }
    } catch (InterruptedException e) {
      LOG.info("{} was interrupted", Thread.currentThread().getName());
    }
  }

  /** Tells the listeners that the time of day has been set back. */
  void tell() {
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        LOG.warn("After the time of day was set back", e);
      }
    }
  }

  /** Ends the watch: nobody is told any more. Returns at once. */
  @Override
  public void close() {
    closed.countDown();
  }
}
