package io.tidemark.checker;

import java.util.List;

/**
 * What a view's rows mean as a function of the events appended.
 *
 * <p>A row is a summary of a set of events, built by {@link #combine} from what each single event
 * contributes. The operation must be commutative, associative, and monotone: no column of {@code
 * combine(a, b)} is below the same column of {@code a}, and it has no fewer columns. That is all
 * the checker knows of a view, and what makes it fast: values of growing sets grow too, so a value
 * is found by binary search. Counts, sums of what is not negative, maxima, and the greatest N are
 * such; a minimum is one when it is recorded negated, as a distance below some top.
 *
 * <p>Implementations must be immutable.
 */
public interface ViewModel {
  /** The summary of no event: there is no such row. */
  long[] NOTHING = {};

  /** The view's name, as in {@link Row#view()}. */
  String view();

  /** The keys of the rows that the event counts in; empty when it does not concern this view. */
  List<String> rowKeys(Event event);

  /** The columns of a row that reflects that event alone. Not empty. */
  long[] contribution(Event event);

  /** The columns of a row that reflects what either of the two does. Neither is empty. */
  long[] combine(long[] a, long[] b);

  /**
   * Which of the events of one partition a row takes in their order: those with the same name. A
   * view over logs takes all of them so. A view over a view follows the shards of that one, which
   * advance each at its own pace, so it may reflect a later event of one key and not yet an earlier
   * one of another.
   */
  default String lane(Event event) {
    return "";
  }

  /** What must become visible at once, in the reads of this view. */
  default Step step() {
    return Step.CUT;
  }

  /** What must become visible at once. */
  enum Step {
    /**
     * An event in several rows, in reads that promise one cut. The least that any view promises.
     */
    CUT,
    /** An event in several rows, in any read. */
    EVENT,
    /**
     * All events of one append, in any read. Their places must be known, so the log must have been
     * scanned.
     */
    APPEND
  }
}
