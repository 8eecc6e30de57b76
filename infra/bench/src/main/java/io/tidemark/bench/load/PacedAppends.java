package io.tidemark.bench;

import io.tidemark.client.Event;
import io.tidemark.client.TidemarkClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Appends events at a steady pace, from a thread of its own, until it is closed. */
final class PacedAppends implements AutoCloseable {
  private static final long BATCH_EVERY_NS = 10_000_000;
  private static final int NAMES = 10_000;

  /** Who has fallen behind by more than this does not catch up. */
  private static final long MOST_BEHIND_NS = 100_000_000;

  private final TidemarkClient client;
  private final String log;
  private final int perBatch;
  private final long beganNs = System.nanoTime();
  private final AtomicLong appended = new AtomicLong();
  private final Thread thread = new Thread(this::run, "paced-appends");
  private volatile @Nullable RuntimeException failure;
  private volatile boolean running = true;

  private PacedAppends(TidemarkClient client, String log, int perSecond) {
    this.client = client;
    this.log = log;
    this.perBatch = Math.toIntExact(perSecond * BATCH_EVERY_NS / 1_000_000_000);
  }

  /**
   * Starts.
   *
   * @param perSecond events; a multiple of 100
   */
  static PacedAppends start(TidemarkClient client, String log, int perSecond) {
    PacedAppends started = new PacedAppends(client, log, perSecond);
    started.thread.start();
    return started;
  }

  private void run() {
    long due = System.nanoTime();
    long next = 0;
    List<Event> batch = new ArrayList<>(perBatch);
    while (running && perBatch > 0) {
      batch.clear();
      for (int i = 0; i < perBatch; i++) {
        String name = "load-" + next % NAMES;
        batch.add(new Event(name, Map.of("name", name, "number", next)));
        next++;
      }
      try {
        client.append(log, batch);
      } catch (RuntimeException e) {
        failure = e;
        return;
      }
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
  double rate() {
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
