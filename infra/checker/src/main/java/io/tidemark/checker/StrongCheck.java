package io.tidemark.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Strong reads are linearizable, row by row (rows are objects of their own, and linearizability is
 * local: Herlihy and Wing, 1990); of rows that several partitions feed only those that promise an
 * order.
 *
 * <p>Three conditions are checked for every row, each near-linear: everything acknowledged before
 * the read began is reflected; nothing is that was begun after it ended ({@link EventualCheck}); of
 * two reads that do not overlap the later shows no less. For a row that one partition feeds, with
 * all places known, they decide: its values form a chain, so ordering reads by value and then by
 * time, each event before the first read that shows it, is a linearization. For any other row they
 * are only necessary, and {@link Linearizability} searches for a linearization of the reads that
 * promise an order, when the row's history is small.
 */
final class StrongCheck implements Check {
  @Override
  public void run(HistoryIndex index, Findings findings) {
    Map<List<String>, List<Read>> byRow = new HashMap<>();
    for (Read read : index.reads()) {
      if (read.reply().level() != Level.STRONG) {
        continue;
      }
      for (Row row : index.judgedRows(read)) {
        Staleness.judge(
            index.events(row),
            read,
            row,
            Bounds.of(read).ackedBefore(read.call().startNs()),
            "misses what was acknowledged before the read began",
            findings);
        byRow
            .computeIfAbsent(List.of(row.view(), row.key()), name -> new ArrayList<>())
            .add(read.only(row));
      }
    }
    byRow.forEach(
        (name, reads) -> {
          boolean forward = neverBackward(reads, findings);
          RowEvents events = index.events(name.get(0), name.get(1));
          List<Read> ordered = reads.stream().filter(read -> read.reply().ordered()).toList();
          if (forward && !events.isPlain() && !ordered.isEmpty()) {
            search(events, ordered, findings);
          }
        });
  }

  /** Whether every read shows at least what those shown that ended before it began. */
  private static boolean neverBackward(List<Read> byStart, Findings findings) {
    List<Read> byEnd = new ArrayList<>(byStart);
    byEnd.sort(Comparator.comparingLong(read -> read.call().endNs()));
    long[] seen = ViewModel.NOTHING;
    int ended = 0;
    boolean forward = true;
    for (Read read : byStart) {
      while (byEnd.get(ended).call().endNs() < read.call().startNs()) {
        seen = Columns.max(seen, values(byEnd.get(ended++)));
      }
      if (!Columns.atMost(seen, values(read))) {
        forward = false;
        Read fresher = firstAbove(byEnd.subList(0, ended), values(read));
        if (fresher != null) {
          findings.violation(
              read.rows().get(0) + " after " + fresher.rows().get(0) + " goes backward",
              fresher,
              read);
        }
      }
    }
    return forward;
  }

  private static @Nullable Read firstAbove(List<Read> reads, long[] values) {
    return reads.stream()
        .filter(read -> !Columns.atMost(values(read), values))
        .findFirst()
        .orElse(null);
  }

  private static void search(RowEvents events, List<Read> reads, Findings findings) {
    Linearizability search = new Linearizability(events);
    switch (search.decide(reads)) {
      case YES -> {}
      case UNDECIDED -> findings.undecided();
      case NO -> {
        List<Read> fewest = search.shrink(reads);
        findings.violation(
            "no order of the appends and these reads of "
                + reads.get(0).rows().get(0).view()
                + "/"
                + reads.get(0).rows().get(0).key()
                + " explains them",
            fewest.toArray(new Operation[0]));
      }
    }
  }

  private static long[] values(Read read) {
    return read.rows().get(0).values();
  }
}
