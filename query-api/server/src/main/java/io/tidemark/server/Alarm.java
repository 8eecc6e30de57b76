package io.tidemark.server;

import java.util.concurrent.TimeUnit;

/** Wakes one thread, also when it rang before the thread began to wait. Thread-safe. */
final class Alarm {
  private boolean rung;

  synchronized void ring() {
    rung = true;
    notifyAll();
  }

  /** Waits for the next ring; whether there was one in time. */
  synchronized boolean await(long millis) throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long leftNs = deadlineNs - System.nanoTime();
        !rung && leftNs > 0;
        leftNs = deadlineNs - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
    }
    boolean was = rung;
    rung = false;
    return was;
  }
}
