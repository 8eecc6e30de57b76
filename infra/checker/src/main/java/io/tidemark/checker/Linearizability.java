package io.tidemark.checker;

import io.tidemark.checker.RowEvents.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Searches for a linearization of the appends and the reads of one row.
 *
 * <p>The search is that of J. M. Wing and C. Gong, "Testing and verifying concurrent objects" (J.
 * Parallel and Distributed Computing, 1993), with the memory of configurations of G. Lowe, "Testing
 * for linearizability" (Concurrency and Computation, 2016): an operation may come next when it
 * began before every operation still to come ended; a configuration, which is the set of operations
 * done, is entered once. Three things about rows make it fast:
 *
 * <ul>
 *   <li>a read changes nothing, so one that may come next and fits is taken at once, without a
 *       branch;
 *   <li>a partition's events come in the order of the log, so of each lane only the first may come
 *       next;
 *   <li>columns only grow, so a configuration above the value of a read still to come is dead.
 * </ul>
 *
 * <p>An append of unknown outcome never ends, and need not come at all. Cost: exponential in the
 * number of appends that overlap; quadratic in the operations when few do. Given up beyond {@link
 * #MAX_OPERATIONS} or {@link #MAX_CONFIGURATIONS}. Not thread-safe.
 */
final class Linearizability {
  static final int MAX_OPERATIONS = 2_000;
  static final int MAX_CONFIGURATIONS = 20_000;

  private final RowEvents events;
  private List<Read> reads = List.of();
  private final Set<Configuration> entered = new HashSet<>();

  Linearizability(RowEvents events) {
    this.events = events;
  }

  /** Whether the reads, each of this one row, and the appends have a linearization. */
  Answer decide(List<Read> ofRow) {
    long appends = events.unplaced.size() + events.lanes.stream().mapToLong(Lane::size).sum();
    if (ofRow.size() + appends > MAX_OPERATIONS) {
      return Answer.UNDECIDED;
    }
    reads = ofRow;
    entered.clear();
    Configuration none =
        new Configuration(new int[events.lanes.size()], new BitSet(), new BitSet());
    return search(none, ViewModel.NOTHING);
  }

  /**
   * The fewest of the reads that still have no linearization: first the shortest beginning, found
   * by bisection since a part of a linearizable history is linearizable, then without each read
   * that can be spared.
   */
  List<Read> shrink(List<Read> ofRow) {
    List<Read> byEnd = new ArrayList<>(ofRow);
    byEnd.sort(Comparator.comparingLong(read -> read.call().endNs()));
    int low = 1;
    int high = byEnd.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (decide(byEnd.subList(0, middle)) == Answer.NO) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    List<Read> fewest = new ArrayList<>(byEnd.subList(0, high));
    for (int i = fewest.size() - 1; i >= 0; i--) {
      Read spared = fewest.remove(i);
      if (decide(fewest) != Answer.NO) {
        fewest.add(i, spared);
      }
    }
    return fewest;
  }

  private Answer search(Configuration from, long[] columns) {
    takeReads(from, columns);
    if (from.reads.cardinality() == reads.size()) {
      return Answer.YES;
    }
    if (entered.size() >= MAX_CONFIGURATIONS) {
      return Answer.UNDECIDED;
    }
    if (!entered.add(from) || isDead(from, columns)) {
      return Answer.NO;
    }
    long firstEnd = firstEnd(from);
    Answer answer = Answer.NO;
    for (int lane = 0; lane < from.lanes.length && answer == Answer.NO; lane++) {
      int next = from.lanes[lane];
      if (next < events.lanes.get(lane).size()
          && events.lanes.get(lane).event(next).startNs() <= firstEnd) {
        answer = search(from.afterLane(lane), plus(columns, events.lanes.get(lane).event(next)));
      }
    }
    for (int i = 0; i < events.unplaced.size() && answer == Answer.NO; i++) {
      Known known = events.unplaced.get(i);
      if (!from.unplaced.get(i) && known.startNs() <= firstEnd) {
        answer = search(from.afterUnplaced(i), plus(columns, known));
      }
    }
    return answer;
  }

  private void takeReads(Configuration from, long[] columns) {
    boolean taken = true;
    while (taken) {
      taken = false;
      long firstEnd = firstEnd(from);
      for (int i = 0; i < reads.size(); i++) {
        if (!from.reads.get(i)
            && reads.get(i).call().startNs() <= firstEnd
            && Arrays.equals(value(i), columns)) {
          from.reads.set(i);
          taken = true;
        }
      }
    }
  }

  private boolean isDead(Configuration from, long[] columns) {
    for (int i = from.reads.nextClearBit(0); i < reads.size(); i = from.reads.nextClearBit(i + 1)) {
      if (!Columns.atMost(columns, value(i))) {
        return true;
      }
    }
    return false;
  }

  /** When the first of the operations that are still to come ended. */
  private long firstEnd(Configuration from) {
    long first = Long.MAX_VALUE;
    for (int i = from.reads.nextClearBit(0); i < reads.size(); i = from.reads.nextClearBit(i + 1)) {
      first = Math.min(first, reads.get(i).call().endNs());
    }
    for (int lane = 0; lane < from.lanes.length; lane++) {
      first = Math.min(first, events.lanes.get(lane).firstAckFrom(from.lanes[lane]));
    }
    for (int i = 0; i < events.unplaced.size(); i++) {
      if (!from.unplaced.get(i)) {
        first = Math.min(first, events.unplaced.get(i).ackNs());
      }
    }
    return first;
  }

  private long[] plus(long[] columns, Known known) {
    return Columns.add(events.model, columns, events.model.contribution(known.event()));
  }

  private long[] value(int read) {
    return reads.get(read).rows().get(0).values();
  }

  /** The operations done: of each lane how many, and which of the others. */
  private record Configuration(int[] lanes, BitSet unplaced, BitSet reads) {
    Configuration afterLane(int lane) {
      int[] next = lanes.clone();
      next[lane]++;
      return new Configuration(next, unplaced, (BitSet) reads.clone());
    }

    Configuration afterUnplaced(int index) {
      BitSet next = (BitSet) unplaced.clone();
      next.set(index);
      return new Configuration(lanes, next, (BitSet) reads.clone());
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Configuration other
          && Arrays.equals(lanes, other.lanes)
          && unplaced.equals(other.unplaced)
          && reads.equals(other.reads);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * Arrays.hashCode(lanes) + unplaced.hashCode()) + reads.hashCode();
    }
  }
}
