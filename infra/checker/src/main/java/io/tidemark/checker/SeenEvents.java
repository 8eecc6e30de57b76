package io.tidemark.checker;

import io.tidemark.checker.Known.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The events that one session has surely seen: the newest of each key, in rows that one partition
 * feeds. Such a row may run ahead of the token that came with it; a read that is handed that token
 * must reflect the event all the same, in every row where it counts, of whatever view and replica.
 * Used by one thread.
 */
final class SeenEvents {
  /** An event, and the read that showed it. */
  private record Seen(Known known, Place place, Read read) {}

  private final Map<String, Seen> newest = new HashMap<>();

  /** Notes what an answered read shows. */
  void add(HistoryIndex index, Read read) {
    if (read.tokenOut().isEmpty()) {
      return;
    }
    for (Row row : index.judgedRows(read)) {
      RowEvents events = index.events(row);
      int[] found = events.isPlain() && row.exists() ? events.find(row.values()) : null;
      if (found != null && found[0] > 0) {
        Known last = events.lanes.get(0).event(found[0] - 1);
        Place place = last.place();
        if (place != null) {
          newest.merge(
              place.log() + "/" + last.event().key(),
              new Seen(last, place, read.only(row)),
              (known, more) -> more.place().offset() > known.place().offset() ? more : known);
        }
      }
    }
  }

  /** Reports every row of the read that misses an event that it must reflect. */
  void judge(HistoryIndex index, Read read, Findings findings) {
    List<Seen> binding = new ArrayList<>();
    for (Seen seen : newest.values()) {
      if (seen.read().call().endNs() <= read.call().startNs()
          && read.tokenIn().covers(seen.read().tokenOut())) {
        binding.add(seen);
      }
    }
    for (Row row : index.judgedRows(read)) {
      RowEvents events = index.events(row);
      for (Seen seen : binding) {
        if (events.model.rowKeys(seen.known().event()).contains(row.key())
            && !reflects(events, read, row, seen, findings)) {
          break;
        }
      }
    }
  }

  private static boolean reflects(
      RowEvents events, Read read, Row row, Seen seen, Findings findings) {
    Range required = new WithEvent(Bounds.of(read), events.model, seen.known(), seen.place());
    return switch (events.explains(row.values(), required)) {
      case YES -> true;
      case UNDECIDED -> {
        findings.undecided();
        yield false;
      }
      case NO -> {
        // What was never true is for another check to say.
        if (events.explains(row.values(), Bounds.of(read)) == RowEvents.Answer.YES) {
          findings.violation(
              row
                  + " does not reflect "
                  + seen.known().event()
                  + ", which the session has seen in "
                  + seen.read().rows().get(0),
              seen.known().append(),
              seen.read(),
              read.only(row));
        }
        yield false;
      }
    };
  }

  /** Bounds, and that one event in its lane with all that lie before it. */
  private record WithEvent(Range bounds, ViewModel model, Known event, Place place)
      implements Range {
    @Override
    public int lower(Lane lane) {
      boolean own =
          lane.log.equals(place.log())
              && lane.partition == place.partition()
              && lane.name.equals(model.lane(event.event()));
      return own
          ? Math.max(bounds.lower(lane), lane.below(place.offset() + 1))
          : bounds.lower(lane);
    }

    @Override
    public int upper(Lane lane) {
      return Math.max(lower(lane), bounds.upper(lane));
    }

    @Override
    public boolean requires(Known unplaced) {
      return bounds.requires(unplaced);
    }

    @Override
    public boolean allows(Known unplaced) {
      return bounds.allows(unplaced);
    }
  }
}
