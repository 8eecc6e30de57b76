package io.tidemark.checker;

import io.tidemark.checker.RowEvents.Answer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Once all is quiet, every row reflects each acknowledged event once, each event of unknown outcome
 * once or never, and nothing else; a complete read misses no row. And where a log has been scanned,
 * it holds each acknowledged event once, no failed one, and none that nobody appended. Linear but
 * for rows with events of unknown place.
 */
final class FinalStateCheck implements Check {
  @Override
  public void run(HistoryIndex index, Findings findings) {
    for (Read read : index.reads()) {
      if (read.finalState()) {
        judge(index, read, findings);
      }
    }
    judgeLogs(index.history(), findings);
  }

  private static void judge(HistoryIndex index, Read read, Findings findings) {
    Map<String, Set<String>> given = new HashMap<>();
    for (Row row : index.judgedRows(read)) {
      given.computeIfAbsent(row.view(), view -> new HashSet<>()).add(row.key());
      judge(index, read, row, findings);
    }
    for (String view : read.completeViews()) {
      for (String key : index.keys(view)) {
        if (!given.getOrDefault(view, Set.of()).contains(key)) {
          judge(index, read, new Row(view, key, null), findings);
        }
      }
    }
  }

  private static void judge(HistoryIndex index, Read read, Row row, Findings findings) {
    RowEvents events = index.events(row);
    Answer answer = events.explains(row.values(), EVERYTHING);
    if (answer == Answer.UNDECIDED) {
      findings.undecided();
    } else if (answer == Answer.NO) {
      long[] expected = events.most(EVERYTHING);
      for (Known known : events.unplaced) {
        if (known.acknowledged()) {
          expected = Columns.add(events.model, expected, events.model.contribution(known.event()));
        }
      }
      String what =
          Columns.atMost(row.values(), expected)
              ? " has lost events: "
              : Columns.atMost(expected, row.values())
                  ? " has events doubled, or that never were: "
                  : " has lost some events and doubled others: ";
      findings.violation(
          row
              + what
              + "all that were acknowledged give "
              + new Row(row.view(), row.key(), expected),
          read.only(row));
    }
  }

  private static final Range EVERYTHING =
      new Range() {
        @Override
        public int lower(Lane lane) {
          return lane.size();
        }

        @Override
        public int upper(Lane lane) {
          return lane.size();
        }

        @Override
        public boolean requires(Known unplaced) {
          return unplaced.acknowledged();
        }

        @Override
        public boolean allows(Known unplaced) {
          return true;
        }
      };

  private static void judgeLogs(History history, Findings findings) {
    Map<String, Integer> times = new HashMap<>();
    history.logged().forEach(logged -> times.merge(logged.eventId(), 1, Integer::sum));
    for (Append append : history.appends()) {
      for (Event event : append.events()) {
        Integer found = times.remove(event.id());
        if (found != null && found > 1) {
          findings.violation(event + " is " + found + " times in its log", append);
        } else if (found != null && append.call().outcome() == Outcome.FAILED) {
          findings.violation(event + " failed, and is in its log", append);
        } else if (found == null
            && append.call().outcome() == Outcome.OK
            && history.scannedLogs().contains(event.log())) {
          findings.violation(event + " was acknowledged, and is not in its log", append);
        }
      }
    }
    times.forEach(
        (id, found) -> findings.violation("a log holds " + id + ", which nobody appended"));
  }
}
