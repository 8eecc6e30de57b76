package io.tidemark.views;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decides which events come before a cut: those up to its time in {@link CutGrid}, of each
 * partition the part before the first one that is later. The others are held until the barrier has
 * passed, or until it is clear that none comes soon. For one thread.
 *
 * <p>Time is that of the events, as their appender gave it; one that claims to come from the future
 * counts as of now, so that it is not held until then.
 */
final class Hold {
  /** Beyond that the events pass at once: what is behind must not use up the memory. */
  static final long MOST_BYTES = 8L << 20;

  private static final long MOST_MS = 1_000;

  /** An event, and the time at which it counts. */
  private record Waiting(ConsumerRecord<byte[], byte[]> event, long ms) {}

  private final CutGrid grid;
  private final Set<Integer> blocked = new HashSet<>();
  private ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final ArrayDeque<Waiting> free = new ArrayDeque<>();
  private long bytes;
  private long firstWaitsSinceNs;

  /** Events from then on wait. Before the first barrier there is nothing to be even with. */
  private long untilMs = Long.MAX_VALUE;

  /** Whether an event has passed since the last barrier, so that the next one will come soon. */
  private boolean passed;

  Hold(CutGrid grid) {
    this.grid = grid;
  }

  /** How long an event waits at most for a barrier that does not come. */
  long mostMs() {
    return Math.min(MOST_MS, grid.intervalMs());
  }

  /**
   * Takes the next event of the log. Nothing may be {@linkplain #next free} at that time.
   *
   * @return whether it may pass now; else it waits
   */
  boolean offer(ConsumerRecord<byte[], byte[]> event, long nowMs, long nowNs) {
    if (!passed && waiting.isEmpty() && nowMs >= untilMs) {
      // No barrier is due until something has passed.
      untilMs = grid.after(nowMs);
    }
    Waiting one = new Waiting(event, Math.min(event.timestamp(), nowMs));
    if (mayPass(one)) {
      passed = true;
      return true;
    }
    if (waiting.isEmpty()) {
      firstWaitsSinceNs = nowNs;
    }
    wait(one);
    if (bytes > MOST_BYTES) {
      letGo(Long.MAX_VALUE);
    }
    return false;
  }

  private boolean mayPass(Waiting one) {
    return one.ms() < untilMs && !blocked.contains(one.event().partition());
  }

  private void wait(Waiting one) {
    blocked.add(one.event().partition());
    waiting.add(one);
    bytes += size(one.event());
  }

  private static long size(ConsumerRecord<byte[], byte[]> event) {
    return Math.max(0, event.serializedKeySize()) + Math.max(0, event.serializedValueSize());
  }

  /** The barrier has passed. */
  void cut(long nowMs) {
    passed = false;
    letGo(grid.after(nowMs));
  }

  /**
   * No barrier has come at the time at which it was due: has the events go on, up to the next time
   * that it may be for.
   */
  void expire(long nowMs, long nowNs) {
    if (!waiting.isEmpty() && nowNs - firstWaitsSinceNs >= mostMs() * 1_000_000) {
      firstWaitsSinceNs = nowNs;
      letGo(grid.after(nowMs) - grid.intervalMs());
    }
  }

  private void letGo(long newUntilMs) {
    untilMs = newUntilMs;
    ArrayDeque<Waiting> before = waiting;
    waiting = new ArrayDeque<>();
    blocked.clear();
    bytes = 0;
    for (Waiting one : before) {
      if (mayPass(one)) {
        free.add(one);
      } else {
        wait(one);
      }
    }
  }

  /** The next of the events that have waited and need not any longer; {@code null} for none. */
  @Nullable ConsumerRecord<byte[], byte[]> next() {
    Waiting one = free.poll();
    if (one == null) {
      return null;
    }
    passed = true;
    return one.event();
  }

  /** Whether there is one. */
  boolean hasNext() {
    return !free.isEmpty();
  }

  /** Whether events wait. */
  boolean isHolding() {
    return !waiting.isEmpty();
  }

  /** For each partition of which events have not passed, the offset of the first of them. */
  Map<Integer, Long> firstOffsets() {
    Map<Integer, Long> first = new HashMap<>();
    for (ArrayDeque<Waiting> each : List.of(free, waiting)) {
      each.forEach(one -> first.putIfAbsent(one.event().partition(), one.event().offset()));
    }
    return first;
  }
}
