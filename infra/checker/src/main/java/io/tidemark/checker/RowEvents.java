package io.tidemark.checker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All events that count in one row, and the question that every check comes down to: is there a set
 * of events, within a given {@link Range}, that a row with these values reflects?
 *
 * <p>Such a set is a prefix of each {@link Lane} and any choice of the events without a known
 * place. With one lane open the answer takes one binary search. With more it is a search over sums,
 * pruned by what the columns still allow, and given up after {@link #MAX_STEPS} steps: {@link
 * Answer#UNDECIDED} is then said aloud, never taken for a yes in silence.
 */
final class RowEvents {
  /** What is known about such a set. */
  enum Answer {
    YES,
    NO,
    UNDECIDED
  }

  /** The most sums that one question may try. */
  static final int MAX_STEPS = 1_000_000;

  final ViewModel model;
  final List<Lane> lanes;
  final List<Known> unplaced;

  private RowEvents(ViewModel model, List<Lane> lanes, List<Known> unplaced) {
    this.model = model;
    this.lanes = lanes;
    this.unplaced = unplaced;
  }

  static RowEvents of(ViewModel model, List<Known> events) {
    Map<String, List<Known>> byPartition = new TreeMap<>();
    List<Known> unplaced = new ArrayList<>(0);
    for (Known known : events) {
      Known.Place place = known.place();
      if (place == null) {
        unplaced.add(known);
      } else {
        byPartition
            .computeIfAbsent(
                place.log() + "/" + place.partition() + "/" + model.lane(known.event()),
                p -> new ArrayList<>())
            .add(known);
      }
    }
    List<Lane> lanes = new ArrayList<>(byPartition.size());
    for (List<Known> lane : byPartition.values()) {
      Known.Place first = lane.get(0).place();
      if (first != null) {
        lanes.add(new Lane(model, first, lane));
      }
    }
    return new RowEvents(model, List.copyOf(lanes), List.copyOf(unplaced));
  }

  /** Whether a value tells the prefix by itself: one partition feeds the row, all places known. */
  boolean isPlain() {
    return lanes.size() <= 1 && unplaced.isEmpty();
  }

  /** The shortest and the longest prefix with that value, or null; only of a plain row. */
  int @Nullable [] find(long[] value) {
    if (lanes.isEmpty()) {
      return value.length == 0 ? new int[] {0, 0} : null;
    }
    Lane lane = lanes.get(0);
    int longest = lane.longestWithin(model, ViewModel.NOTHING, value, 0, lane.size());
    return Arrays.equals(lane.prefix(longest), value)
        ? new int[] {lane.shortestLike(longest), longest}
        : null;
  }

  /** The columns of a row that reflects the most that the bounds allow, without unplaced events. */
  long[] most(Range bounds) {
    long[] sum = ViewModel.NOTHING;
    for (Lane lane : lanes) {
      sum = Columns.add(model, sum, lane.prefix(bounds.upper(lane)));
    }
    return sum;
  }

  /** Whether a row with this value may be shown. Cost: see the class. */
  Answer explains(long[] value, Range bounds) {
    List<Lane> open = new ArrayList<>(lanes.size());
    long[] fixed = ViewModel.NOTHING;
    for (Lane lane : lanes) {
      if (bounds.lower(lane) == bounds.upper(lane)) {
        fixed = Columns.add(model, fixed, lane.prefix(bounds.lower(lane)));
      } else {
        open.add(lane);
      }
    }
    List<long[]> choices = new ArrayList<>(0);
    for (Known known : unplaced) {
      long[] one = model.contribution(known.event());
      if (bounds.requires(known)) {
        fixed = Columns.add(model, fixed, one);
      } else if (bounds.allows(known)) {
        choices.add(one);
      }
    }
    return search(value, bounds, fixed, open, choices);
  }

  private Answer search(
      long[] value, Range bounds, long[] fixed, List<Lane> open, List<long[]> choices) {
    long[] least = fixed;
    long[] most = fixed;
    for (Lane lane : open) {
      least = Columns.add(model, least, lane.prefix(bounds.lower(lane)));
      most = Columns.add(model, most, lane.prefix(bounds.upper(lane)));
    }
    for (long[] choice : choices) {
      most = Columns.add(model, most, choice);
    }
    if (!Columns.atMost(least, value) || !Columns.atMost(value, most)) {
      return Answer.NO;
    }
    if (Arrays.equals(least, value) || Arrays.equals(most, value)) {
      return Answer.YES;
    }
    Set<Sum> sums = new HashSet<>();
    sums.add(new Sum(fixed));
    Steps steps = new Steps();
    for (long[] choice : choices) {
      sums = withChoice(sums, choice, value, steps);
      if (steps.exhausted()) {
        return Answer.UNDECIDED;
      }
    }
    for (int i = 0; i < open.size() - 1; i++) {
      sums = withLane(sums, i, open, bounds, value, steps);
      if (steps.exhausted()) {
        return Answer.UNDECIDED;
      }
    }
    return closes(sums, open, bounds, value) ? Answer.YES : Answer.NO;
  }

  private Set<Sum> withChoice(Set<Sum> sums, long[] choice, long[] value, Steps steps) {
    Set<Sum> next = new HashSet<>(sums);
    for (Sum sum : sums) {
      long[] more = Columns.add(model, sum.columns, choice);
      if (Columns.atMost(more, value)) {
        next.add(new Sum(more));
      }
      if (steps.exhaustedByOneMore()) {
        break;
      }
    }
    return next;
  }

  private Set<Sum> withLane(
      Set<Sum> sums, int index, List<Lane> open, Range bounds, long[] value, Steps steps) {
    Lane lane = open.get(index);
    long[] rest = ViewModel.NOTHING;
    for (Lane later : open.subList(index + 1, open.size())) {
      rest = Columns.add(model, rest, later.prefix(bounds.upper(later)));
    }
    Set<Sum> next = new HashSet<>();
    for (Sum sum : sums) {
      for (int n = bounds.lower(lane); n <= bounds.upper(lane); n++) {
        long[] more = Columns.add(model, sum.columns, lane.prefix(n));
        if (steps.exhaustedByOneMore() || !Columns.atMost(more, value)) {
          break;
        }
        if (Columns.atMost(value, Columns.add(model, more, rest))) {
          next.add(new Sum(more));
        }
      }
    }
    return next;
  }

  /** Whether the last open lane has a prefix that makes one of the sums the value. */
  private boolean closes(Set<Sum> sums, List<Lane> open, Range bounds, long[] value) {
    if (open.isEmpty()) {
      return sums.contains(new Sum(value));
    }
    Lane last = open.get(open.size() - 1);
    int lower = bounds.lower(last);
    for (Sum sum : sums) {
      int n = last.longestWithin(model, sum.columns, value, lower, bounds.upper(last));
      if (Arrays.equals(Columns.add(model, sum.columns, last.prefix(n)), value)) {
        return true;
      }
    }
    return false;
  }

  /** The columns of some set of events, as a member of a set. */
  private static final class Sum {
    private final long[] columns;

    private Sum(long[] columns) {
      this.columns = columns;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Sum other && Arrays.equals(columns, other.columns);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(columns);
    }
  }

  /** What a search may still cost. */
  private static final class Steps {
    private int left = MAX_STEPS;

    private boolean exhaustedByOneMore() {
      return --left <= 0;
    }

    private boolean exhausted() {
      return left <= 0;
    }
  }
}
