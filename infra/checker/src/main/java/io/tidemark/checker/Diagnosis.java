package io.tidemark.checker;

import java.util.Arrays;

/** Guesses, for a value that was never true, which single event was lost or doubled. */
final class Diagnosis {
  /** Longer lanes are not worth the time: the guess only makes a counterexample easier to read. */
  private static final int MAX_EVENTS = 10_000;

  private Diagnosis() {}

  /** The end of a sentence about the value; empty when no single event explains it. */
  static String of(ViewModel model, Lane lane, long[] value, int nearest) {
    if (lane.size() > MAX_EVENTS) {
      return "";
    }
    int last = Math.min(lane.size(), nearest + 1);
    for (int length = Math.max(1, nearest); length <= last; length++) {
      long[] behind = ViewModel.NOTHING;
      for (int i = length - 1; i >= 0; i--) {
        Event event = lane.event(i).event();
        long[] one = model.contribution(event);
        if (Arrays.equals(Columns.add(model, lane.prefix(i), behind), value)) {
          return "; it would be the first " + length + " events without " + event;
        }
        if (Arrays.equals(Columns.add(model, lane.prefix(length), one), value)) {
          return "; it would be the first " + length + " events with " + event + " twice";
        }
        behind = Columns.add(model, one, behind);
      }
    }
    return "";
  }
}
