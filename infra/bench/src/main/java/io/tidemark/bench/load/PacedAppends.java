package io.tidemark.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Appends events at a steady pace, from a thread of its own, until it is closed. */
public final class PacedAppends implements AutoCloseable {
  private static final long BATCH_EVERY_NS = 10_000_000;

  /** Who has fallen behind by more than this does not catch up. */
  private static final long MOST_BEHIND_NS = 100_000_000;

  /** Where the events go. */
  public interface Sink {
    /** Appends so many events, the first of them with that number; returns when acknowledged. */
    void append(long first, int count);
  }

  private final Sink sink;
  private final int perBatch;
  private final long beganNs = System.nanoTime();
  private final AtomicLong appended = new AtomicLong();
  private final Thread thread = new Thread(this::run, "paced-appends");
  private volatile @Nullable RuntimeException failure;
  private volatile boolean running = true;

  private PacedAppends(Sink sink, int perSecond) {
    this.sink = sink;
    this.perBatch = Math.toIntExact(perSecond * BATCH_EVERY_NS / 1_000_000_000);
  }

  /**
   * Starts.
   *
   * @param perSecond events; a multiple of 100
   */
  public static PacedAppends start(Sink sink, int perSecond) {
    PacedAppends started = new PacedAppends(sink, perSecond);
    started.thread.start();
    return started;
  }

  private void run() {
    long due = System.nanoTime();
    long next = 0;
    while (running && perBatch > 0) {
      try {
        sink.append(next, perBatch);
      } catch (RuntimeException e) {
        failure = e;
        return;
      }
      next += perBatch;
      appended.addAndGet(perBatch);
      long now = System.nanoTime();
      due = Math.max(due + BATCH_EVERY_NS, now - MOST_BEHIND_NS);
      while (running && due > now) {
        LockSupport.parkNanos(due - now);
        now = System.nanoTime();
      }
    }
  }

  /** Events a second since the start. */
  public double rate() {
    return appended.get() * 1e9 / (System.nanoTime() - beganNs);
  }

  /** Ends it; throws what it failed with. */
  @Override
  public void close() throws InterruptedException {
    running = false;
    thread.join();
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }
}
