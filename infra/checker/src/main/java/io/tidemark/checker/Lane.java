package io.tidemark.checker;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The events of one partition that count in one row, in the order of the log: all of them, or those
 * of one {@link ViewModel#lane}.
 *
 * <p>A row reflects the events of a partition in that order, so what it reflects of this lane is a
 * prefix, and a number says which. Events of the lane that were acknowledged before some time force
 * all that lie before them, and those begun after it forbid all that lie behind: so the least and
 * the greatest possible prefix follow from a running minimum and maximum, each by one binary
 * search.
 */
final class Lane {
  final String log;
  final int partition;

  /** As {@link ViewModel#lane} names it. */
  final String name;

  private final Known[] events;

  /** The row's columns after each prefix; the first is of none. */
  private final long[][] prefixes;

  /** The earliest acknowledgement of this event or any behind it. */
  private final long[] firstAckFrom;

  /** The latest begin of this event or any before it. */
  private final long[] lastStartTo;

  Lane(ViewModel model, Known.Place first, List<Known> unordered) {
    log = first.log();
    partition = first.partition();
    name = model.lane(unordered.get(0).event());
    events = unordered.toArray(new Known[0]);
    Arrays.sort(events, Comparator.comparingLong(Lane::offset));
    prefixes = new long[events.length + 1][];
    firstAckFrom = new long[events.length];
    lastStartTo = new long[events.length];
    prefixes[0] = ViewModel.NOTHING;
    long lastStart = Long.MIN_VALUE;
    for (int i = 0; i < events.length; i++) {
      prefixes[i + 1] = Columns.add(model, prefixes[i], model.contribution(events[i].event()));
      lastStart = Math.max(lastStart, events[i].startNs());
      lastStartTo[i] = lastStart;
    }
    long firstAck = Long.MAX_VALUE;
    for (int i = events.length - 1; i >= 0; i--) {
      firstAck = Math.min(firstAck, events[i].ackNs());
      firstAckFrom[i] = firstAck;
    }
  }

  private static long offset(Known known) {
    return known.place() == null ? Long.MAX_VALUE : known.place().offset();
  }

  int size() {
    return events.length;
  }

  Known event(int index) {
    return events[index];
  }

  long[] prefix(int length) {
    return prefixes[length];
  }

  /** The earliest acknowledgement of the event or any behind it. */
  long firstAckFrom(int index) {
    return index < events.length ? firstAckFrom[index] : Long.MAX_VALUE;
  }

  /** The shortest prefix with every event acknowledged before that time. */
  int acknowledgedBefore(long timeNs) {
    return first(0, events.length, i -> firstAckFrom[i] >= timeNs);
  }

  /** The longest prefix without an event begun after that time. */
  int startedBy(long timeNs) {
    return first(0, events.length, i -> lastStartTo[i] > timeNs);
  }

  /** The prefix of the events below that offset. */
  int below(long offset) {
    return first(0, events.length, i -> offset(events[i]) >= offset);
  }

  /** The smallest cut at which a row shows the prefix. */
  long lowestCut(int length) {
    return length == 0 ? 0 : offset(events[length - 1]) + 1;
  }

  /** The greatest cut at which a row shows the prefix. */
  long highestCut(int length) {
    return length == events.length ? Long.MAX_VALUE : offset(events[length]);
  }

  /** The longest prefix whose columns, added to the given ones, stay at most the value. */
  int longestWithin(ViewModel model, long[] others, long[] value, int from, int to) {
    return first(
            from + 1, to + 1, i -> !Columns.atMost(Columns.add(model, others, prefixes[i]), value))
        - 1;
  }

  /** The shortest prefix with the same columns as the given prefix. */
  int shortestLike(int length) {
    long[] value = prefixes[length];
    return first(0, length, i -> Arrays.equals(prefixes[i], value));
  }

  /** The first index of the range for which the condition holds; it must hold for all after it. */
  private static int first(int from, int to, IntPredicate holds) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (holds.test(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
