package io.tidemark.checker;

import org.jspecify.annotations.Nullable;

/** Finds the event that a row should reflect and does not, for counterexamples. */
final class Staleness {
  private Staleness() {}

  /**
   * Reports that the row misses what the bounds require, unless it does not, or is not even true at
   * any time, which is for {@link EventualCheck} to say.
   */
  static void judge(
      RowEvents events, Read read, Row row, Bounds required, String promise, Findings findings) {
    RowEvents.Answer answer = events.explains(row.values(), required);
    if (answer == RowEvents.Answer.YES) {
      return;
    }
    // What cannot be decided without a requirement cannot be blamed on the requirement.
    RowEvents.Answer anyTime = events.explains(row.values(), Bounds.of(read));
    if (answer == RowEvents.Answer.UNDECIDED || anyTime == RowEvents.Answer.UNDECIDED) {
      findings.undecided();
    } else if (anyTime == RowEvents.Answer.YES) {
      Known missing = missing(events, row, required);
      if (missing == null) {
        findings.violation(row + " " + promise, read.only(row));
      } else {
        findings.violation(
            row + " " + promise + ": " + missing.event() + " is missing",
            missing.append(),
            read.only(row));
      }
    }
  }

  /**
   * The first event that is surely missing when one partition tells, else the last required one.
   */
  private static @Nullable Known missing(RowEvents events, Row row, Bounds required) {
    int[] found = events.isPlain() ? events.find(row.values()) : null;
    if (found != null && found[1] < events.lanes.get(0).size()) {
      return events.lanes.get(0).event(found[1]);
    }
    for (Lane lane : events.lanes) {
      int lower = required.lower(lane);
      if (lower > 0 && !Columns.atMost(lane.prefix(lower), row.values())) {
        return lane.event(lower - 1);
      }
    }
    return null;
  }
}
