package io.tidemark.checker;

import java.util.Arrays;

/**
 * Every row of every read, whatever its level, reflects a prefix of each partition and events that
 * had been begun: no phantom, no lost, doubled or swapped event, no half step of one row. Cost: one
 * binary search a row of one partition.
 */
final class EventualCheck implements Check {
  @Override
  public void run(HistoryIndex index, Findings findings) {
    for (Read read : index.reads()) {
      for (Row row : index.judgedRows(read)) {
        RowEvents events = index.events(row);
        if (isNearItsToken(events, read, row)) {
          continue;
        }
        switch (events.explains(row.values(), Bounds.of(read))) {
          case YES -> {}
          case UNDECIDED -> findings.undecided();
          case NO -> report(events, read, row, findings);
        }
      }
    }
  }

  /**
   * Whether the row is explained without going below the token that came back. Where several
   * partitions feed a row, this is a small search, and nearly always ends the large one before it
   * begins.
   */
  private static boolean isNearItsToken(RowEvents events, Read read, Row row) {
    return !events.isPlain()
        && !read.tokenOut().isEmpty()
        && events.explains(row.values(), Bounds.of(read).atLeast(read.tokenOut()))
            == RowEvents.Answer.YES;
  }

  private static void report(RowEvents events, Read read, Row row, Findings findings) {
    long[] value = row.values();
    int[] found = events.isPlain() ? events.find(value) : null;
    if (found != null) {
      Known first = events.lanes.get(0).event(found[0] - 1);
      findings.violation(
          row + " is a phantom: it reflects an event that was only begun after the read had ended",
          read.only(row),
          first.append());
      return;
    }
    long[] most = events.most(Bounds.of(read));
    if (events.isPlain() && value.length > 0 && !events.lanes.isEmpty()) {
      Lane lane = events.lanes.get(0);
      int n = lane.longestWithin(events.model, ViewModel.NOTHING, value, 0, lane.size());
      String nearest =
          " was never true: the nearest prefix of its partition, "
              + n
              + " events, gives "
              + Arrays.toString(lane.prefix(n));
      String guess = Diagnosis.of(events.model, lane, value, n);
      if (n < lane.size()) {
        String next = ", and with the next event it is " + Arrays.toString(lane.prefix(n + 1));
        findings.violation(row + nearest + next + guess, read.only(row), lane.event(n).append());
      } else {
        findings.violation(
            row + nearest + ", and that is all the events there are" + guess, read.only(row));
      }
      return;
    }
    findings.violation(
        row
            + " was never true: no prefixes of its partitions give it; all acknowledged events that"
            + " were begun by then give "
            + Arrays.toString(most),
        read.only(row));
  }
}
