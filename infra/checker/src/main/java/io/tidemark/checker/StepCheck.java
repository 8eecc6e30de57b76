package io.tidemark.checker;

import io.tidemark.checker.Known.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changes together is seen together. Two kinds of law are judged: the {@link LinearInvariant}s
 * of the history, on every read; and, for a view whose {@link ViewModel#step} promises it, that no
 * read shows an event, or an append, in one row and misses it in another. (At one cut, {@link
 * SnapshotCheck} implies the latter for events.)
 *
 * <p>The second looks at rows fed by one partition only, and of each at the first {@link #WINDOW}
 * events that it does not reflect. Cost: linear in the rows read times that window.
 */
final class StepCheck implements Check {
  static final int WINDOW = 64;

  @Override
  public void run(HistoryIndex index, Findings findings) {
    for (Read read : index.reads()) {
      for (LinearInvariant invariant : index.history().invariants()) {
        String broken = invariant.brokenBy(read);
        if (broken != null) {
          Row[] named =
              read.rows().stream()
                  .filter(row -> row.view().equals(invariant.view()))
                  .filter(row -> invariant.weights().containsKey(row.key()))
                  .toArray(Row[]::new);
          findings.violation(broken, read.only(named));
        }
      }
      Map<List<String>, Shown> shown = shown(index, read);
      for (Shown row : shown.values()) {
        judge(index, read, row, shown, findings);
      }
    }
  }

  /** A row with the shortest and the longest prefix of its lane that it can be. */
  private record Shown(Row row, ViewModel model, Lane lane, int shortest, int longest) {
    boolean surelyReflects(Place place) {
      return place.log().equals(lane.log)
          && place.partition() == lane.partition
          && lane.below(place.offset()) < shortest;
    }
  }

  private static Map<List<String>, Shown> shown(HistoryIndex index, Read read) {
    Map<List<String>, Shown> shown = new HashMap<>();
    for (Row row : index.judgedRows(read)) {
      RowEvents events = index.events(row);
      if (events.model.step() != ViewModel.Step.CUT
          && events.isPlain()
          && !events.lanes.isEmpty()) {
        int[] found = events.find(row.values());
        if (found != null) {
          shown.put(
              List.of(row.view(), row.key()),
              new Shown(row, events.model, events.lanes.get(0), found[0], found[1]));
        }
      }
    }
    return shown;
  }

  private static void judge(
      HistoryIndex index,
      Read read,
      Shown behind,
      Map<List<String>, Shown> shown,
      Findings findings) {
    int to = Math.min(behind.lane.size(), behind.longest + WINDOW);
    for (int i = behind.longest; i < to; i++) {
      Known missing = behind.lane.event(i);
      boolean wholeAppend = behind.model.step() == ViewModel.Step.APPEND;
      List<Event> step = wholeAppend ? missing.append().events() : List.of(missing.event());
      for (Event event : step) {
        Place place = event == missing.event() ? missing.place() : index.place(event);
        Shown ahead = place == null ? null : reflecting(behind, event, place, shown);
        if (ahead != null) {
          findings.violation(
              "half a step: "
                  + ahead.row
                  + " reflects "
                  + event
                  + " but "
                  + behind.row
                  + " not "
                  + missing.event(),
              missing.append(),
              read.only(ahead.row, behind.row));
          return;
        }
      }
    }
  }

  private static @Nullable Shown reflecting(
      Shown behind, Event event, Place place, Map<List<String>, Shown> shown) {
    for (String key : behind.model.rowKeys(event)) {
      Shown other = shown.get(List.of(behind.row.view(), key));
      if (other != null && other.surelyReflects(place)) {
        return other;
      }
    }
    return null;
  }
}
