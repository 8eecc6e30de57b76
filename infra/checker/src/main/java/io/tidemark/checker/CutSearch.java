package io.tidemark.checker;

import io.tidemark.checker.RowEvents.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for one cut that explains all rows of a read.
 *
 * <p>A row that one partition feeds confines the cut of that partition to an interval; if two such
 * intervals do not meet, these two rows are the counterexample. Rows fed by several partitions are
 * then tried within the intervals, which are halved until either a row is impossible or nothing is
 * left to choose. Given up after {@link #MAX_NODES} halvings.
 *
 * <p>Each row chooses for itself which events without a known place it reflects: rows that
 * contradict each other only there are not caught. Once the log has been scanned there are none.
 */
final class CutSearch {
  static final int MAX_NODES = 500;

  private final List<Row> rows;
  private final List<RowEvents> events;
  private final Read read;
  private final Map<String, Interval> cuts = new HashMap<>();
  private final List<Integer> open = new ArrayList<>();
  private List<Row> conflict = List.of();
  private String why = "";
  private int nodes;

  /** The possible cuts of one partition, and the row that confined each end, or -1. */
  private record Interval(long low, int lowRow, long high, int highRow) {
    static final Interval ALL = new Interval(0, -1, Long.MAX_VALUE, -1);

    Interval atLeast(long cut, int row) {
      return cut > low ? new Interval(cut, row, high, highRow) : this;
    }

    Interval atMost(long cut, int row) {
      return cut < high ? new Interval(low, lowRow, cut, row) : this;
    }
  }

  CutSearch(List<Row> rows, List<RowEvents> events, Read read) {
    this.rows = rows;
    this.events = events;
    this.read = read;
  }

  /** Whether there is such a cut; yes when a row was never true, which is for another check. */
  Answer decide() {
    for (int i = 0; i < rows.size(); i++) {
      RowEvents row = events.get(i);
      for (Lane lane : row.lanes) {
        int most = lane.startedBy(read.call().endNs());
        cuts.put(name(lane), interval(cuts, lane).atMost(lane.highestCut(most), -1));
      }
      if (!row.isPlain()) {
        open.add(i);
      } else if (!row.lanes.isEmpty()) {
        int[] found = row.find(rows.get(i).values());
        if (found == null) {
          return Answer.YES;
        }
        Lane lane = row.lanes.get(0);
        Interval confined =
            interval(cuts, lane)
                .atLeast(lane.lowestCut(found[0]), i)
                .atMost(lane.highestCut(found[1]), i);
        cuts.put(name(lane), confined);
        if (confined.low > confined.high) {
          return conflict(lane, confined);
        }
      }
    }
    return open.isEmpty() ? Answer.YES : halve(cuts);
  }

  /** The rows that exclude each other. */
  List<Row> conflict() {
    return conflict.isEmpty() ? rows : conflict;
  }

  /** How they do, as the end of a sentence. */
  String why() {
    return why;
  }

  private Answer conflict(Lane lane, Interval confined) {
    if (confined.lowRow < 0 || confined.highRow < 0) {
      return Answer.YES; // A phantom, which is for another check.
    }
    Row newer = rows.get(confined.lowRow);
    Row older = rows.get(confined.highRow);
    conflict = List.of(newer, older);
    why =
        String.format(
            ": of %s[%d], %s reflects the event at offset %d but %s not the one at %d",
            lane.log, lane.partition, newer, confined.low - 1, older, confined.high);
    return Answer.NO;
  }

  private Answer halve(Map<String, Interval> within) {
    if (++nodes > MAX_NODES) {
      return Answer.UNDECIDED;
    }
    Answer all = Answer.YES;
    Lane widest = null;
    int widestPrefixes = 0;
    for (int i : open) {
      Range range = range(within);
      Answer answer = events.get(i).explains(rows.get(i).values(), range);
      if (answer == Answer.NO) {
        return answer;
      }
      all = answer == Answer.UNDECIDED ? answer : all;
      for (Lane lane : events.get(i).lanes) {
        int prefixes = range.upper(lane) - range.lower(lane);
        if (prefixes > widestPrefixes) {
          widest = lane;
          widestPrefixes = prefixes;
        }
      }
    }
    if (widest == null || (open.size() == 1 && all == Answer.YES)) {
      return all;
    }
    int middle = range(within).lower(widest) + (widestPrefixes - 1) / 2;
    Interval interval = interval(within, widest);
    Answer newer = halve(with(within, widest, interval.atLeast(widest.lowestCut(middle + 1), -1)));
    if (newer == Answer.YES) {
      return newer;
    }
    Answer older = halve(with(within, widest, interval.atMost(widest.highestCut(middle), -1)));
    return older == Answer.NO ? newer : older;
  }

  private static Map<String, Interval> with(
      Map<String, Interval> within, Lane lane, Interval interval) {
    Map<String, Interval> changed = new HashMap<>(within);
    changed.put(name(lane), interval);
    return changed;
  }

  private static Interval interval(Map<String, Interval> within, Lane lane) {
    return within.getOrDefault(name(lane), Interval.ALL);
  }

  private static String name(Lane lane) {
    return lane.log + "/" + lane.partition;
  }

  private Range range(Map<String, Interval> within) {
    return new Range() {
      @Override
      public int lower(Lane lane) {
        return lane.below(interval(within, lane).low);
      }

      @Override
      public int upper(Lane lane) {
        return lane.below(interval(within, lane).high);
      }

      @Override
      public boolean requires(Known unplaced) {
        return false;
      }

      @Override
      public boolean allows(Known unplaced) {
        return unplaced.startNs() <= read.call().endNs();
      }
    };
  }
}
