package io.tidemark.checker;

import io.tidemark.checker.RowEvents.Answer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
 * number of appends that overlap, else linear in the operations, since of the reads only those are
 * looked at that overlap what comes next. Given up when more configurations are entered than {@link
 * #SPARE_CONFIGURATIONS} and a few for each operation. Not thread-safe.
 */
final class Linearizability {
  static final int SPARE_CONFIGURATIONS = 20_000;
  private static final int CONFIGURATIONS_PER_OPERATION = 4;

  private final RowEvents events;
  private final Set<Configuration> entered = new HashSet<>();

  /** In the order of their begins. */
  private Read[] reads = {};

  /** The least of each column in the reads from each on. */
  private long[][] leastFrom = {};

  Linearizability(RowEvents events) {
    this.events = events;
  }

  /** Whether the reads, each of this one row, and the appends have a linearization. */
  Answer decide(List<Read> ofRow) {
    reads = ofRow.toArray(new Read[0]);
    Arrays.sort(reads, Comparator.comparingLong(read -> read.call().startNs()));
    leastFrom = new long[reads.length + 1][];
    for (int i = reads.length - 1; i >= 0; i--) {
      long[] later = leastFrom[i + 1];
      leastFrom[i] = later == null ? value(i) : Columns.min(later, value(i));
    }
    entered.clear();
    long appends = events.unplaced.size() + events.lanes.stream().mapToLong(Lane::size).sum();
    return search(SPARE_CONFIGURATIONS + CONFIGURATIONS_PER_OPERATION * (appends + reads.length));
  }

  /**
   * The fewest of the reads that still have no linearization: first the shortest beginning, then of
   * it the shortest end, both found by bisection since a part of a linearizable history is
   * linearizable, then without each read that can be spared.
   */
  List<Read> shrink(List<Read> ofRow) {
    List<Read> byEnd = new ArrayList<>(ofRow);
    byEnd.sort(Comparator.comparingLong(read -> read.call().endNs()));
    int end = 1;
    int most = byEnd.size();
    while (end < most) {
      int middle = (end + most) >>> 1;
      if (decide(byEnd.subList(0, middle)) == Answer.NO) {
        most = middle;
      } else {
        end = middle + 1;
      }
    }
    int start = 0;
    int last = most - 1;
    while (start < last) {
      int middle = (start + last + 1) >>> 1;
      if (decide(byEnd.subList(middle, most)) == Answer.NO) {
        start = middle;
      } else {
        last = middle - 1;
      }
    }
    List<Read> fewest = new ArrayList<>(byEnd.subList(start, most));
    for (int i = fewest.size() - 1; i >= 0; i--) {
      Read spared = fewest.remove(i);
      if (decide(fewest) != Answer.NO) {
        fewest.add(i, spared);
      }
    }
    return fewest;
  }

  private Answer search(long mostConfigurations) {
    Deque<Step> path = new ArrayDeque<>();
    Step next =
        new Step(
            new Configuration(new int[events.lanes.size()], new BitSet(), 0, new BitSet()),
            ViewModel.NOTHING);
    while (true) {
      if (next != null) {
        takeReads(next);
        if (next.done.readsTo == reads.length) {
          return Answer.YES;
        }
        if (entered.size() >= mostConfigurations) {
          return Answer.UNDECIDED;
        }
        if (entered.add(next.done) && !isDead(next)) {
          next.findChoices();
          path.push(next);
        }
      }
      Step last = path.peek();
      if (last == null) {
        return Answer.NO;
      }
      next = last.next();
      if (next == null) {
        path.pop();
      }
    }
  }

  private void takeReads(Step step) {
    Configuration done = step.done;
    boolean taken = true;
    while (taken) {
      taken = false;
      long firstEnd = firstEnd(done);
      for (int i = done.readsTo; i < reads.length && startNs(i) <= firstEnd; i++) {
        if (!done.isRead(i) && Arrays.equals(value(i), step.columns)) {
          done.read(i);
          taken = true;
        }
      }
      done.moveUp();
    }
  }

  private boolean isDead(Step step) {
    Configuration done = step.done;
    int behind = done.readsTo + done.readsBehind.length();
    for (int i = done.readsTo; i < behind; i++) {
      if (!done.isRead(i) && !Columns.atMost(step.columns, value(i))) {
        return true;
      }
    }
    return behind < reads.length && !Columns.atMost(step.columns, leastFrom[behind]);
  }

  /** When the first of the operations that are still to come ended. */
  private long firstEnd(Configuration done) {
    long first = Long.MAX_VALUE;
    // Who begins behind the first end does not end before it.
    for (int i = done.readsTo; i < reads.length && startNs(i) <= first; i++) {
      if (!done.isRead(i)) {
        first = Math.min(first, reads[i].call().endNs());
      }
    }
    for (int lane = 0; lane < done.lanes.length; lane++) {
      first = Math.min(first, events.lanes.get(lane).firstAckFrom(done.lanes[lane]));
    }
    for (int i = 0; i < events.unplaced.size(); i++) {
      if (!done.unplaced.get(i)) {
        first = Math.min(first, events.unplaced.get(i).ackNs());
      }
    }
    return first;
  }

  private long startNs(int read) {
    return reads[read].call().startNs();
  }

  private long[] value(int read) {
    return reads[read].rows().get(0).values();
  }

  /** A configuration on the way to a linearization, and the appends that may come next. */
  private final class Step {
    private final Configuration done;
    private final long[] columns;

    /** Lanes by their numbers, and behind them the events without a place. */
    private int[] choices = {};

    private int tried;

    Step(Configuration done, long[] columns) {
      this.done = done;
      this.columns = columns;
    }

    /** Those that were acknowledged first come first: most likely they also came first. */
    void findChoices() {
      long firstEnd = firstEnd(done);
      List<Integer> all = new ArrayList<>();
      for (int choice = 0; choice < events.lanes.size() + events.unplaced.size(); choice++) {
        Known known = known(choice);
        if (known != null && known.startNs() <= firstEnd) {
          all.add(choice);
        }
      }
      all.sort(Comparator.comparingLong(this::ackNs));
      choices = all.stream().mapToInt(Integer::intValue).toArray();
    }

    private long ackNs(int choice) {
      Known known = known(choice);
      return known == null ? Long.MAX_VALUE : known.ackNs();
    }

    private @Nullable Known known(int choice) {
      int lanes = events.lanes.size();
      if (choice < lanes) {
        Lane lane = events.lanes.get(choice);
        return done.lanes[choice] < lane.size() ? lane.event(done.lanes[choice]) : null;
      }
      return done.unplaced.get(choice - lanes) ? null : events.unplaced.get(choice - lanes);
    }

    /** The step behind the next choice; {@code null} when there is none left. */
    @Nullable Step next() {
      while (tried < choices.length) {
        int choice = choices[tried++];
        Known known = known(choice);
        if (known != null) {
          int lanes = events.lanes.size();
          return new Step(
              choice < lanes ? done.afterLane(choice) : done.afterUnplaced(choice - lanes),
              Columns.add(events.model, columns, events.model.contribution(known.event())));
        }
      }
      return null;
    }
  }

  /**
   * The operations done: of each lane how many, which of the other appends, and the reads. These
   * are all up to one of them, and some behind it. Changed only until it is entered.
   */
  private static final class Configuration {
    private final int[] lanes;
    private final BitSet unplaced;
    private int readsTo;

    /** Counted from {@link #readsTo} on. */
    private BitSet readsBehind;

    Configuration(int[] lanes, BitSet unplaced, int readsTo, BitSet readsBehind) {
      this.lanes = lanes;
      this.unplaced = unplaced;
      this.readsTo = readsTo;
      this.readsBehind = readsBehind;
    }

    boolean isRead(int read) {
      return readsBehind.get(read - readsTo);
    }

    void read(int read) {
      readsBehind.set(read - readsTo);
    }

    /** Counts the reads at the front with those before it. */
    void moveUp() {
      int front = readsBehind.nextClearBit(0);
      if (front > 0) {
        readsTo += front;
        readsBehind = readsBehind.get(front, Math.max(front, readsBehind.length()));
      }
    }

    Configuration afterLane(int lane) {
      int[] next = lanes.clone();
      next[lane]++;
      return new Configuration(next, unplaced, readsTo, (BitSet) readsBehind.clone());
    }

    Configuration afterUnplaced(int index) {
      BitSet next = (BitSet) unplaced.clone();
      next.set(index);
      return new Configuration(lanes, next, readsTo, (BitSet) readsBehind.clone());
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Configuration other
          && readsTo == other.readsTo
          && Arrays.equals(lanes, other.lanes)
          && unplaced.equals(other.unplaced)
          && readsBehind.equals(other.readsBehind);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * (31 * Arrays.hashCode(lanes) + unplaced.hashCode()) + readsTo)
          + readsBehind.hashCode();
    }
  }
}
