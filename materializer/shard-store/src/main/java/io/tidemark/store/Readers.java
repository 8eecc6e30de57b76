package io.tidemark.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The open snapshots, and what has been taken out of their sight but may still be in their hands.
 *
 * <p>A snapshot is entered here before it looks at anything. So whoever takes something out, and
 * then finds no snapshot that was entered before, knows that nobody will touch it any more.
 */
final class Readers {
  private final AtomicReferenceArray<Snapshot> open;

  /** Grows with each thing that is taken out. */
  private final AtomicLong epoch = new AtomicLong(1);

  private final List<Retired> retired = new ArrayList<>();

  private static final class Retired {
    final Runnable free;
    final long epoch;
    boolean forgotten;

    Retired(Runnable free, long epoch) {
      this.free = free;
      this.epoch = epoch;
    }
  }

  Readers(int maxSnapshots) {
    open = new AtomicReferenceArray<>(maxSnapshots);
  }

  /** The epoch that a new snapshot carries. */
  long epoch() {
    return epoch.get();
  }

  /**
   * Enters a snapshot.
   *
   * @return its place, for {@link #leave}
   * @throws StoreException TOO_MANY_SNAPSHOTS
   */
  int enter(Snapshot snapshot) {
    int places = open.length();
    // Threads begin at places of their own, to stay out of each other's cache lines.
    int place = (int) (Thread.currentThread().getId() * 16 % places);
    for (int tried = 0; tried < places; tried++) {
      if (open.get(place) == null && open.compareAndSet(place, null, snapshot)) {
        return place;
      }
      place = place + 1 == places ? 0 : place + 1;
    }
    throw new StoreException(
        StoreException.Kind.TOO_MANY_SNAPSHOTS,
        "There are "
            + places
            + " open snapshots already. Close snapshots sooner, or raise maxSnapshots");
  }

  void leave(int place) {
    open.set(place, null);
  }

  /** The oldest step that an open snapshot sees; MAX_VALUE when there is none. */
  long oldestStep() {
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < open.length(); i++) {
      Snapshot snapshot = open.get(i);
      if (snapshot != null) {
        oldest = Math.min(oldest, snapshot.seenStep());
      }
    }
    return oldest;
  }

  /** Ends the snapshots that have been open since before a moment of System.nanoTime. */
  void expireOpenedBefore(long nanos) {
    for (int i = 0; i < open.length(); i++) {
      Snapshot snapshot = open.get(i);
      if (snapshot != null && snapshot.openedNanos() - nanos < 0) {
        snapshot.expire();
      }
    }
  }

  /**
   * Something can no longer be found.
   *
   * @param free what to do when nobody holds it any more, and a manifest without it is in place
   */
  synchronized void retire(Runnable free) {
    retired.add(new Retired(free, epoch.incrementAndGet()));
  }

  /** How many things there are of which no manifest in place knows that they are gone. */
  synchronized int retiredCount() {
    return retired.size();
  }

  /**
   * A manifest is in place that was made up when that many things had been retired.
   *
   * @param count what {@link #retiredCount} said then; nothing has been freed since
   */
  synchronized void manifestWritten(int count) {
    retired.subList(0, count).forEach(each -> each.forgotten = true);
  }

  /** Whether something waits for a manifest. */
  synchronized boolean needsManifest() {
    return retired.stream().anyMatch(each -> !each.forgotten);
  }

  /** Frees what can be freed. */
  synchronized void free() {
    if (retired.isEmpty()) {
      return;
    }
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < open.length(); i++) {
      Snapshot snapshot = open.get(i);
      if (snapshot != null) {
        oldest = Math.min(oldest, snapshot.epoch());
      }
    }
    long limit = oldest;
    List<Retired> ready =
        retired.stream().filter(each -> each.forgotten && each.epoch <= limit).toList();
    retired.removeAll(ready);
    ready.forEach(each -> each.free.run());
  }
}
