package io.tidemark.checker;

import io.tidemark.checker.Known.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A history arranged for the checks: for each row of each view the events that count in it, and the
 * answered reads in the order in which they began. Immutable once built. Building costs n log n.
 */
final class HistoryIndex {
  private final History history;
  private final Map<String, ViewModel> models = new HashMap<>();
  private final Map<String, Map<String, RowEvents>> rows = new HashMap<>();
  private final List<Read> reads;

  /** Where the events of appends of several are; those of single ones are found by their rows. */
  private final Map<String, Place> placesInSteps = new HashMap<>();

  private final List<Known> outsideTokens = new ArrayList<>();

  HistoryIndex(History history) {
    this.history = history;
    Map<String, List<Place>> places = new HashMap<>();
    for (Logged logged : history.logged()) {
      places
          .computeIfAbsent(logged.eventId(), id -> new ArrayList<>(1))
          .add(new Place(logged.log(), logged.partition(), logged.offset()));
    }
    List<Known> events = new ArrayList<>();
    for (Append append : history.appends()) {
      addEvents(append, places, events);
    }
    for (ViewModel model : history.models()) {
      if (models.put(model.view(), model) != null) {
        throw new IllegalArgumentException("view " + model.view() + " has two models");
      }
      rows.put(model.view(), rowsOf(model, events));
    }
    reads =
        history.reads().stream()
            .filter(read -> read.call().outcome() == Outcome.OK)
            .sorted(Comparator.comparingLong(read -> read.call().startNs()))
            .toList();
  }

  private void addEvents(Append append, Map<String, List<Place>> places, List<Known> events) {
    Outcome outcome = append.call().outcome();
    long ackNs = outcome == Outcome.OK ? append.call().endNs() : Long.MAX_VALUE;
    for (Event event : append.events()) {
      List<Place> found = places.get(event.id());
      if (found != null) {
        // Also one that failed, or is there twice: that is the log's fault, not the view's.
        found.forEach(place -> events.add(new Known(event, append, place, ackNs)));
        if (append.events().size() > 1) {
          placesInSteps.put(event.id(), found.get(0));
        }
        if (outcome == Outcome.OK && found.stream().noneMatch(place -> covers(append, place))) {
          outsideTokens.add(new Known(event, append, found.get(0), ackNs));
        }
      } else if (outcome == Outcome.OK) {
        events.add(new Known(event, append, placeInToken(append, event), ackNs));
      } else if (outcome == Outcome.UNKNOWN && !history.scannedLogs().contains(event.log())) {
        events.add(new Known(event, append, null, ackNs));
      }
    }
  }

  private static boolean covers(Append append, Place place) {
    return append.token().offset(place.log(), place.partition()) > place.offset();
  }

  private static @Nullable Place placeInToken(Append append, Event event) {
    if (append.events().size() != 1) {
      return null;
    }
    List<Place> named = new ArrayList<>(1);
    append
        .token()
        .forEach(
            (log, partition, offset) -> {
              if (log.equals(event.log())) {
                named.add(new Place(log, partition, offset - 1));
              }
            });
    return named.size() == 1 ? named.get(0) : null;
  }

  private static Map<String, RowEvents> rowsOf(ViewModel model, List<Known> events) {
    Map<String, List<Known>> byKey = new HashMap<>();
    for (Known known : events) {
      for (String key : model.rowKeys(known.event())) {
        byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(known);
      }
    }
    Map<String, RowEvents> rows = new HashMap<>();
    byKey.forEach((key, ofRow) -> rows.put(key, RowEvents.of(model, ofRow)));
    return rows;
  }

  History history() {
    return history;
  }

  /** The reads that were answered, in the order in which they began. */
  List<Read> reads() {
    return reads;
  }

  /** Acknowledged events that are in their log where the token of their append does not reach. */
  List<Known> outsideTokens() {
    return outsideTokens;
  }

  /** The rows of the read that can be judged: those of views with a model. */
  List<Row> judgedRows(Read read) {
    return read.rows().stream().filter(row -> models.containsKey(row.view())).toList();
  }

  /** The events of the row, of a view that has a model. */
  RowEvents events(Row row) {
    return events(row.view(), row.key());
  }

  /** The events of the row, of a view that has a model. */
  RowEvents events(String view, String key) {
    Map<String, RowEvents> ofView = rows.get(view);
    ViewModel model = models.get(view);
    if (ofView == null || model == null) {
      throw new IllegalArgumentException("view " + view + " has no model");
    }
    RowEvents events = ofView.get(key);
    return events == null ? RowEvents.of(model, List.of()) : events;
  }

  /** The keys of all rows that the view could ever have; empty when it has no model. */
  Set<String> keys(String view) {
    return rows.getOrDefault(view, Map.of()).keySet();
  }

  /** Where the event of an append of several is, or null when nobody knows. */
  @Nullable Place place(Event event) {
    return placesInSteps.get(event.id());
  }
}
