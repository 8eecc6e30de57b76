package io.tidemark.views;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Cuts an exact view's job when its taps have something new, and not otherwise, at the times of a
 * {@link CutSchedule}. Thread-safe.
 *
 * <p>Checkpoints by the clock alone would either be late or keep an idle view busy: at ten a second
 * an idle one took a fifth of a core.
 */
final class CutPacer {
  private final Supplier<CompletableFuture<?>> cut;
  private final CutSchedule schedule;
  private boolean wanted;
  private boolean busy;
  private boolean closed;
  private long lastNs;

  CutPacer(Supplier<CompletableFuture<?>> cut, CutGrid grid) {
    this.cut = cut;
    this.schedule = new CutSchedule(grid);
    this.lastNs = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(grid.intervalMs());
  }

  /** A tap has passed events on that no cut covers. */
  synchronized void want() {
    wanted = true;
    if (!busy) {
      cutAfter(schedule.isPause(sinceMs()) ? 0 : dueMs());
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized void close() {
    closed = true;
  }

  private long sinceMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastNs);
  }

  private long dueMs() {
    return schedule.delayMs(System.currentTimeMillis(), sinceMs());
  }

  private void cutAfter(long delayMs) {
    if (!closed) {
      busy = true;
      Executor executor = CompletableFuture.delayedExecutor(delayMs, TimeUnit.MILLISECONDS);
      executor.execute(this::cutNow);
    }
  }

  private void cutNow() {
    synchronized (this) {
      if (closed) {
        return;
      }
      wanted = false;
      lastNs = System.nanoTime();
    }
    CompletableFuture<?> done;
    try {
      done = cut.get();
    } catch (RuntimeException e) {
      done = CompletableFuture.failedFuture(e);
    }
    done.whenComplete((result, error) -> ended(error != null));
  }

  /** A cut that fails is tried again: while tasks start, for one, none can be made. */
  private synchronized void ended(boolean failed) {
    busy = false;
    if (!failed) {
      schedule.took(sinceMs());
    }
    if (wanted || failed) {
      cutAfter(dueMs());
    }
  }
}
